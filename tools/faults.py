"""The faults at length, and the table of what was found.

    tools/faults.py [--scale long|short] [--table]

Runs Tests/Faults with more people, more messages and longer faults than `make test`, and prints results/faults.json as
a table; `--table` prints what is there already.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results" / "faults.json"
_COLUMNS = (
    "fault",
    "messages",
    "lost",
    "repeated",
    "out of order",
    "foreign",
    "came back",
    "lasted",
    "slowest",
    "well",
)


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def row(finding: dict) -> list[str]:
    # A fault in spite of which all can be well counts from its beginning, any other from its end.
    despite, after = finding["well_despite_it_seconds"], finding["well_after_it_seconds"]
    well = f"{seconds(after)} after its end" if despite is None else f"{seconds(despite)} after its beginning"
    counts = [finding[name] for name in ("acknowledged", "lost", "repeated", "reordered", "foreign", "reconnections")]
    times = [seconds(finding["fault_seconds"]), seconds(finding["slowest_seconds"]), well]
    return [finding["fault"], *map(str, counts), *times]


def table(findings: list[dict]) -> str:
    rows = [list(_COLUMNS), *map(row, findings)]
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(_COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |" for cells in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Every fault under load.")
    parser.add_argument("--scale", choices=("long", "short"), default="long")
    parser.add_argument("--table", action="store_true", help="only print what the last run has found")
    parser.add_argument("selection", nargs="*", help="of the tests, as pytest's -k")
    arguments = parser.parse_args()
    status = 0
    if not arguments.table:
        selection = [part for word in arguments.selection for part in ("-k", word)]
        command = [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "Tests/Faults", "-s", *selection]
        status = subprocess.run(command, cwd=ROOT, env={**os.environ, "FOYER_FAULTS": arguments.scale}).returncode
    findings = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    print(table([finding for finding in findings if finding["scale"] == arguments.scale]))
    return status


if __name__ == "__main__":
    sys.exit(main())
