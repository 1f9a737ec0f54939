"""Line coverage of the codec, by LLVM's tools, from the profiles that a replay of the corpora has written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path


def lines_by_file(export: str, sources: Path) -> dict[str, tuple[int, int]]:
    """From `llvm-cov export`: for each file below `sources` its lines and how many of them were reached."""
    files = json.loads(export)["data"][0]["files"]
    below = {}
    for file in files:
        path = Path(file["filename"])
        if path.is_relative_to(sources):
            lines = file["summary"]["lines"]
            below[str(path.relative_to(sources))] = (lines["count"], lines["covered"])
    return below


def table(lines: dict[str, tuple[int, int]]) -> str:
    """A row for each file, each folder and the whole."""
    sums: dict[str, tuple[int, int]] = {}
    for name, (count, covered) in lines.items():
        for group in {name.partition("/")[0] + "/" if "/" in name else name, "all"}:
            before = sums.get(group, (0, 0))
            sums[group] = (before[0] + count, before[1] + covered)
    groups = sorted(sums.keys() - lines.keys(), key=lambda name: (name == "all", name))
    rows = [row(name, *lines[name]) for name in sorted(lines)] + [row(name, *sums[name]) for name in groups]
    return "\n".join(rows)


def row(name: str, count: int, covered: int) -> str:
    return f"{name:<44} {covered:>5} of {count:>5} lines  {100 * covered / max(1, count):>6.1f} %"


def print_coverage(tools: Path, programs: list[Path], profiles: Path, sources: Path) -> None:
    merged = profiles / "merged.profdata"
    raw = [str(path) for path in sorted(profiles.glob("*.profraw"))]
    subprocess.run([str(tools / "llvm-profdata"), "merge", "-o", str(merged), *raw], check=True)
    objects = [argument for program in programs[1:] for argument in ("-object", str(program))]
    command = [str(tools / "llvm-cov"), "export", "-summary-only", f"-instr-profile={merged}", str(programs[0])]
    export = subprocess.run([*command, *objects], check=True, capture_output=True, text=True).stdout
    print(table(lines_by_file(export, sources)))
