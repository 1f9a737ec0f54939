"""Reads what test runners write about their tests: JUnit XML, from Swift Testing, pytest and node alike."""

from __future__ import annotations

import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Case:
    """One test that was run, or skipped. `owner` is the module and suite, as the runner writes it."""

    owner: str
    name: str
    outcome: Outcome


@dataclass(frozen=True)
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def outcome_of(case: xml.Element) -> Outcome:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "passed" if case.find("skipped") is None else "skipped"


def read_cases(report: Path) -> list[Case]:
    """The cases of one report, in its order. Raises `xml.etree.ElementTree.ParseError` for a report cut short."""
    found = xml.parse(report).getroot().iter("testcase")
    return [Case(case.get("classname", ""), case.get("name", ""), outcome_of(case)) for case in found]


def count(cases: list[Case]) -> Counts:
    outcomes = [case.outcome for case in cases]
    return Counts(outcomes.count("passed"), outcomes.count("failed"), outcomes.count("skipped"))
