"""Shows each requirement, the tests that name it, and how they went in the last `make test`.

    .venv/bin/python tools/requirements.py [--brief]

The numbers stand in `docs/requirements.md`, how a test names them in `tools/coverage_marks.py`, and the results in
`results/*.xml`. It fails on a number that does not exist, on a mark without a test, and on a number in
`docs/claimed.txt` that no test proves: at least one test that names it must have passed, and none failed. Where the
shared list of requirements lies beside the project, the numbers must agree with it.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as xml
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from coverage_marks import SCRIPT_OWNER, BadMark, Mark, find_marks
from results import Case, Outcome, read_cases

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path("..", "shared", "REQUIREMENTS.md")
LINE = re.compile(r"^- (?P<number>[SBR]\d+(?:\.\d+)?) (?P<text>.+)$", re.MULTILINE)
SHARED_NUMBER = re.compile(r"(?:^- |; |;\n  )(?P<number>(?:S\d+\.|B)\d+) ", re.MULTILINE)
RULES_HEADING = "## Where the documents disagree"
# A rule of the shared list has a name instead of a number.
SHARED_RULE = re.compile(r"^- \*\*(?P<name>[^*]+)\*\*", re.MULTILINE)
OWN_RULE = re.compile(r"^- R\d+ \*\*(?P<name>[^*]+)\*\*", re.MULTILINE)
TEXT_WIDTH = 60


@dataclass(frozen=True)
class Proof:
    """A test that names a number, and how it went. None: it did not run."""

    mark: Mark
    outcome: Outcome | None

    @property
    def word(self) -> str:
        return self.outcome if self.outcome in ("passed", "failed") else "not run"


def read_numbers(text: str) -> dict[str, str]:
    """Number → what it asks for. Raises ValueError if a number stands there twice."""
    numbers: dict[str, str] = {}
    for line in LINE.finditer(text):
        if line["number"] in numbers:
            raise ValueError(f"docs/requirements.md: {line['number']} stands there twice")
        numbers[line["number"]] = line["text"]
    return numbers


def disagreements(own: str, shared: str) -> list[str]:
    """Numbers, and names of rules, that stand in one list only."""
    rules = shared.partition(RULES_HEADING)[2].partition("\n## ")[0]
    expected = {found["number"] for found in SHARED_NUMBER.finditer(shared)}
    expected |= {found["name"] for found in SHARED_RULE.finditer(rules)}
    actual = {number for number in read_numbers(own) if not number.startswith("R")}
    actual |= {found["name"] for found in OWN_RULE.finditer(own)}
    return [f"docs/requirements.md: {name} is missing" for name in sorted(expected - actual)] + [
        f"docs/requirements.md: {name} is not in the shared list" for name in sorted(actual - expected)
    ]


def read_claims(text: str) -> list[str]:
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return [words[0] for words in lines if words]


def overall(outcomes: list[Outcome]) -> Outcome | None:
    """Of the cases of one test: one failure fails it; with none, one that passed is enough."""
    for outcome in ("failed", "passed", "skipped"):
        if outcome in outcomes:
            return outcome
    return None


def join(marks: list[Mark], cases: list[Case]) -> dict[str, list[Proof]]:
    """Number → the tests that name it. A case's name without its parameters or argument labels is its test's."""
    outcomes: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for case in cases:
        name = case.name if case.owner == SCRIPT_OWNER else re.split(r"[(\[]", case.name)[0]
        outcomes[case.owner, name].append(case.outcome)
    proofs: dict[str, list[Proof]] = defaultdict(list)
    for mark in marks:
        for number in mark.numbers:
            proofs[number].append(Proof(mark, overall(outcomes[mark.owner, mark.name])))
    return proofs


def problems(numbers: dict[str, str], proofs: dict[str, list[Proof]], claims: list[str]) -> list[str]:
    found = [
        f"{proof.mark.place}: there is no requirement {number}"
        for number, named in proofs.items()
        if number not in numbers
        for proof in named
    ]
    for claim in claims:
        words = {proof.word for proof in proofs.get(claim, [])}
        if claim not in numbers:
            found.append(f"docs/claimed.txt: there is no requirement {claim}")
        elif "failed" in words:
            found.append(f"docs/claimed.txt: {claim} is claimed, but a test of it failed")
        elif "passed" not in words:
            found.append(f"docs/claimed.txt: {claim} is claimed, but no test of it ran and passed")
    return found


def table(numbers: dict[str, str], proofs: dict[str, list[Proof]], claims: list[str]) -> str:
    lines: list[str] = []
    for number, text in numbers.items():
        claimed = "claimed" if number in claims else ""
        short = text if len(text) <= TEXT_WIDTH else text[: TEXT_WIDTH - 1] + "…"
        lines.append(f"{number:<7}{claimed:<9}{short}".rstrip())
        lines += [f"{'':<16}{proof.word:<9}{proof.mark.place} {proof.mark.name}" for proof in proofs.get(number, [])]
    return "\n".join(lines)


def last_line(numbers: dict[str, str], proofs: dict[str, list[Proof]], claims: list[str]) -> str:
    named = [number for number in numbers if proofs.get(number)]
    passing = [number for number in named if {proof.word for proof in proofs[number]} == {"passed"}]
    return (
        f"{len(numbers)} requirements: {len(named)} named by tests, {len(passing)} with all of these passed, "
        f"{len(claims)} claimed"
    )


def read_results(root: Path) -> list[Case]:
    return [case for report in sorted((root / "results").glob("*.xml")) for case in read_cases(report)]


def main(arguments: list[str], root: Path = ROOT) -> int:
    if arguments not in ([], ["--brief"]):
        print("Usage: requirements.py [--brief]", file=sys.stderr)
        return 2
    own = (root / "docs" / "requirements.md").read_text()
    shared = root / SHARED
    try:
        numbers = read_numbers(own)
        claims = read_claims((root / "docs" / "claimed.txt").read_text())
        proofs = join(find_marks(root), read_results(root))
    except (BadMark, ValueError, xml.ParseError) as error:
        print(error, file=sys.stderr)
        return 1
    found = disagreements(own, shared.read_text()) if shared.exists() else []
    found += problems(numbers, proofs, claims)
    if not arguments:
        print(table(numbers, proofs, claims))
    print(last_line(numbers, proofs, claims))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
