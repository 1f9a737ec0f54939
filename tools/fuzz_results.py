"""What libFuzzer prints, read; and what is told of it: a line for people, a report in JUnit's form for `stages.py`."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

from results import Counts


@dataclass(frozen=True)
class Run:
    """One target's run. `coverage` and `features` are libFuzzer's own counts of edges and of what it tells apart."""

    target: str
    seconds: float
    executions: int = 0
    coverage: int = 0
    features: int = 0
    new_inputs: int = 0
    status: int = 0
    # The files of inputs that broke a rule.
    findings: tuple[str, ...] = ()
    # The lines that say which rule.
    reasons: tuple[str, ...] = ()

    @property
    def has_failed(self) -> bool:
        # A run that executed nothing is no proof of anything.
        return self.status != 0 or bool(self.findings) or self.executions == 0


PROGRESS = re.compile(r"^#(\d+)\t.*?cov: (\d+) ft: (\d+)", re.MULTILINE)
EXECUTED = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
ADDED = re.compile(r"^stat::new_units_added:\s*(\d+)", re.MULTILINE)
WRITTEN = re.compile(r"Test unit written to (\S+)")
REASON = re.compile(r"^.*(?:FINDING: |ERROR: |SUMMARY: |Fatal error).*$", re.MULTILINE)


def read_statistics(target: str, log: str, status: int, seconds: float) -> Run:
    progress = PROGRESS.findall(log)
    executed, coverage, features = map(int, progress[-1]) if progress else (0, 0, 0)
    total = EXECUTED.search(log)
    added = ADDED.search(log)
    reasons = tuple(REASON.findall(log)) if status else ()
    return Run(
        target,
        seconds,
        executions=int(total[1]) if total else executed,
        coverage=coverage,
        features=features,
        new_inputs=int(added[1]) if added else 0,
        status=status,
        findings=tuple(WRITTEN.findall(log)),
        reasons=reasons or ((f"exit status {status}",) if status else ()),
    )


def describe(run: Run) -> str:
    rate = run.executions / run.seconds if run.seconds else 0
    word = "FAILED" if run.has_failed else "passed"
    return (
        f"{run.target:<12} {word}  {run.executions:>10,} executions  {rate:>8,.0f}/s  cov {run.coverage:>5}  "
        f"ft {run.features:>6}  {run.new_inputs:>5} new inputs  {run.seconds:>7.1f} s"
    )


def note_columns(run: Run) -> tuple[object, ...]:
    """A run's line in the notes. Its status is there because one that was killed has no findings and proves nothing."""
    figures = (run.executions, round(run.seconds, 1), run.coverage, run.features, len(run.findings))
    return (run.target, *figures, "failed" if run.has_failed else "passed")


def summarise(runs: list[Run]) -> str:
    failed = sum(run.has_failed for run in runs)
    return str(Counts(passed=len(runs) - failed, failed=failed))


def write_report(runs: list[Run], path: Path) -> None:
    suite = xml.Element("testsuite", name="fuzz", tests=str(len(runs)))
    for run in runs:
        case = xml.SubElement(suite, "testcase", classname="fuzz", name=run.target, time=f"{run.seconds:.1f}")
        if run.has_failed:
            failure = xml.SubElement(case, "failure", message=run.reasons[0] if run.reasons else "nothing was executed")
            failure.text = "\n".join((*run.reasons, *run.findings))
    xml.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def hexdump(content: bytes) -> str:
    lines = []
    for start in range(0, len(content), 16):
        row = content[start : start + 16]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        lines.append(f"   {start:04x}  {row.hex(' '):<47}  {text}")
    return "\n".join(lines)
