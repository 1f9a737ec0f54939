"""Fuzzes the codec: builds the targets below `fuzz/` with libFuzzer and ASan, and runs one after the other.

    .venv/bin/python tools/fuzz.py [--seconds N] [--jobs N] [TARGET ...]   fuzz each target for so long (default 60)
    .venv/bin/python tools/fuzz.py --keep [TARGET ...]                     boil what was found down into the repository
    .venv/bin/python tools/fuzz.py --coverage [TARGET ...]                 lines of the codec that the corpora reach

A target starts from its corpus in the repository and from what earlier runs left in `.build-fuzz/corpus`, where new
inputs go. An input that breaks a rule is a finding: it is kept in `.build-fuzz/findings`, shown, and makes the exit
status 1. Each run adds a line to `.build-fuzz/runs.tsv`, from which the book (docs/fuzzing.md) is kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fuzz_corpus import Features, choose, read_features
from fuzz_coverage import print_coverage
from fuzz_results import Run, describe, hexdump, note_columns, read_statistics, summarise, write_report

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ["RequestHead", "Frames", "Inflate", "UTF8", "Extensions", "Messages", "Files"]
SCRATCH = ROOT / ".build-fuzz"
# Longer inputs reach nothing new, and cost time: the limits that the targets test are small.
MAX_INPUT_BYTES = {
    "RequestHead": 2048,
    "Frames": 2048,
    "Inflate": 2048,
    "UTF8": 512,
    "Extensions": 1024,
    "Messages": 4096,
    "Files": 2048,
}
INPUT_TIMEOUT_SECONDS = 5
MEMORY_LIMIT_MEGABYTES = 2048
# Beyond its time, a target may need so long to read its corpus and to write a finding.
GRACE_SECONDS = 120
KEPT_FILES = 40
KEPT_BYTES = 60_000


@dataclass(frozen=True)
class Target:
    name: str

    @property
    def folder(self) -> Path:
        return ROOT / "fuzz" / self.name

    @property
    def corpora(self) -> list[Path]:
        """Where new inputs go, and what the repository has."""
        return [SCRATCH / "corpus" / self.name, self.folder / "corpus"]

    def program(self, scratch: Path) -> Path:
        return scratch / "release" / f"Fuzz{self.name}"


def toolchain() -> Path:
    """The folder of `swift`, where LLVM's tools lie as well."""
    swift = shutil.which("swift")
    if swift is None:
        raise SystemExit("Swift is missing.")
    return Path(swift).resolve().parent


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "ASAN_SYMBOLIZER_PATH": str(toolchain() / "llvm-symbolizer"),
        # libFuzzer reports a trap itself, and Swift's own report would wait for a process that is gone.
        "SWIFT_BACKTRACE": "enable=no",
    }


def build(targets: list[Target], scratch: Path, instruments: str) -> bool:
    for target in targets:
        command = ["swift", "build", "--quiet", "-c", "release", "--product", f"Fuzz{target.name}"]
        command += ["--scratch-path", str(scratch)]
        if subprocess.run(command, cwd=ROOT, env={**os.environ, "FOYER_FUZZ": instruments}).returncode:
            return False
    return True


def fuzz(target: Target, seconds: int) -> Run:
    findings = SCRATCH / "findings"
    for folder in (findings, *target.corpora):
        folder.mkdir(parents=True, exist_ok=True)
    log = SCRATCH / f"{target.name}.log"
    command = [
        str(target.program(SCRATCH)),
        f"-max_total_time={seconds}",
        f"-max_len={MAX_INPUT_BYTES[target.name]}",
        f"-timeout={INPUT_TIMEOUT_SECONDS}",
        f"-rss_limit_mb={MEMORY_LIMIT_MEGABYTES}",
        f"-dict={target.folder / 'words.dict'}",
        f"-artifact_prefix={findings}/{target.name}-",
        "-print_final_stats=1",
        *map(str, target.corpora),
    ]
    began = time.monotonic()
    with log.open("wb") as output:
        try:
            status = subprocess.run(
                command,
                cwd=SCRATCH,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=seconds + GRACE_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            status = -1
    text = log.read_text(errors="replace")
    return read_statistics(target.name, text, status, time.monotonic() - began)


def commit() -> str:
    """The commit that is checked out; marked when what is built differs from it."""
    name = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    changes = subprocess.run(["git", "status", "--porcelain", "--", "Sources"], cwd=ROOT, capture_output=True)
    return (name.stdout.strip() or "unknown") + ("+" if changes.stdout else "")


def note(run: Run, commit_name: str) -> None:
    with (SCRATCH / "runs.tsv").open("a") as book:
        print(commit_name, *note_columns(run), sep="\t", file=book)


def show_findings(run: Run) -> None:
    for line in run.reasons:
        print(f"   {line[:2000]}")
    for finding in run.findings:
        print(f"   {finding}\n{hexdump(Path(finding).read_bytes())}")


def run_targets(targets: list[Target], seconds: int, jobs: int) -> int:
    if not build(targets, SCRATCH, "fuzz"):
        return 1
    commit_name = commit()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        runs = []
        for run in pool.map(lambda target: fuzz(target, seconds), targets):
            runs.append(run)
            note(run, commit_name)
            print(describe(run), flush=True)
            show_findings(run)
    report = ROOT / "results" / "fuzz.xml"
    report.parent.mkdir(exist_ok=True)
    write_report(runs, report)
    print(summarise(runs), flush=True)
    return 1 if any(run.has_failed for run in runs) else 0


def keep(target: Target) -> None:
    """Puts those inputs into the repository that together reach the most, within its bounds."""
    merged = SCRATCH / "merged" / target.name
    control = SCRATCH / "merged" / f"{target.name}.txt"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    control.unlink(missing_ok=True)
    folders = [str(folder) for folder in target.corpora if folder.exists()]
    options = ["-merge=1", "-set_cover_merge=1", f"-merge_control_file={control}", f"-timeout={INPUT_TIMEOUT_SECONDS}"]
    subprocess.run(
        [str(target.program(SCRATCH)), *options, str(merged), *folders],
        cwd=SCRATCH,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    measured: list[Features] = read_features(control.read_text())
    chosen = choose(measured, KEPT_FILES, KEPT_BYTES)
    contents = {Path(entry.path).name: Path(entry.path).read_bytes() for entry in chosen}
    corpus = target.folder / "corpus"
    shutil.rmtree(corpus)
    corpus.mkdir()
    for name, content in contents.items():
        (corpus / name).write_bytes(content)
    reached = len(set().union(*(entry.features for entry in chosen)))
    every = len(set().union(*(entry.features for entry in measured)))
    size = sum(map(len, contents.values()))
    print(f"{target.name:<12} {len(contents)} of {len(measured)} inputs, {size} bytes, {reached} of {every} features")


def coverage(targets: list[Target]) -> int:
    scratch = ROOT / ".build-fuzz-coverage"
    if not build(targets, scratch, "coverage"):
        return 1
    profiles = scratch / "profiles"
    shutil.rmtree(profiles, ignore_errors=True)
    profiles.mkdir()
    for target in targets:
        inputs = [str(folder) for folder in target.corpora if folder.exists()]
        subprocess.run(
            [str(target.program(scratch)), "-runs=0", *inputs],
            cwd=scratch,
            env={**environment(), "LLVM_PROFILE_FILE": str(profiles / f"{target.name}.profraw")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
    programs = [target.program(scratch) for target in targets]
    print_coverage(toolchain(), programs, profiles, ROOT / "Sources" / "WebSocket")
    return 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Fuzzes the codec (docs/fuzzing.md).")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=1, help="targets that run at the same time")
    parser.add_argument("--keep", action="store_true", help="boil the inputs down into the repository")
    parser.add_argument("--coverage", action="store_true", help="show the lines that the inputs reach")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        parser.error(f"unknown target: {', '.join(unknown)}")
    targets = [Target(name) for name in options.targets or TARGETS]
    if options.coverage:
        return coverage(targets)
    if options.keep:
        if not build(targets, SCRATCH, "fuzz"):
            return 1
        for target in targets:
            keep(target)
        return 0
    return run_targets(targets, options.seconds, options.jobs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
