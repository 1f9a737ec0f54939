"""Finds the tests that name requirements. How a test names them:

Swift        // covers: S0.1, B3          a line of its own directly above the test's attributes
JavaScript   // covers: S0.1, B3          directly above `test("title", …)` or `it("title", …)`
Python       @pytest.mark.covers("S0.1", "B3")

A mark that no test follows is an error, and so is a number that does not exist: a typing mistake must not look like a
requirement without a test. Swift suites are told by indentation, which the linter guarantees.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

COMMENT = re.compile(r"^\s*// covers:(?P<numbers>.*)$")
SWIFT_TYPE = re.compile(
    r"^(?P<indent> *)(?:@\w+(?:\(.*\))? +)*(?:(?:private|fileprivate|internal|package|public|final) +)*"
    r"(?:struct|class|enum|actor|extension) +(?P<name>[\w.]+|`[^`]+`)"
)
SWIFT_TEST = re.compile(r"^(?P<indent> *)(?:@\w+(?:\(.*\))? +)*(?:\w+ +)*func +(?P<name>\w+|`[^`]+`)")
SWIFT_BETWEEN = re.compile(r"^ *(//|@|arguments|\.|\)|\]|\[|\(|\"|$)")
SCRIPT_TEST = re.compile(r"""^\s*(?:test|it)\(\s*(["'`])(?P<name>.+?)\1""")

# Node's report names neither file nor suite: tests in JavaScript are told apart by their titles alone.
SCRIPT_OWNER = "test"


class BadMark(Exception):
    """A mark that cannot be understood; the text names file and line."""


@dataclass(frozen=True)
class Mark:
    """One test and the numbers it names. `owner` and `name` are spelled as the runner's report spells them."""

    owner: str
    name: str
    numbers: tuple[str, ...]
    place: str


def split_numbers(text: str, place: str) -> tuple[str, ...]:
    numbers = tuple(part.strip() for part in text.split(","))
    if not all(numbers):
        raise BadMark(f"{place}: a mark without a number")
    return numbers


class SwiftScanner:
    """Walks one file line by line, knowing the suite it is in and the mark that waits for its test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.module = f"{path.parts[1]}Tests"
        self.suites: list[tuple[int, str]] = []
        self.waiting: tuple[tuple[str, ...], str] | None = None
        self.marks: list[Mark] = []

    def scan(self, text: str) -> list[Mark]:
        for number, line in enumerate(text.splitlines(), start=1):
            self.take(line, f"{self.path}:{number}")
        self.expect_nothing_waiting()
        return self.marks

    def take(self, line: str, place: str) -> None:
        if mark := COMMENT.match(line):
            self.expect_nothing_waiting()
            self.waiting = (split_numbers(mark["numbers"], place), place)
        elif suite := SWIFT_TYPE.match(line):
            self.expect_nothing_waiting()
            self.leave(len(suite["indent"]))
            self.suites.append((len(suite["indent"]), suite["name"]))
        elif test := SWIFT_TEST.match(line):
            self.leave(len(test["indent"]))
            if self.waiting:
                owner = ".".join([self.module, *(name for _, name in self.suites)])
                self.marks.append(Mark(owner, test["name"], *self.waiting))
                self.waiting = None
        elif self.waiting and not line.startswith(" " * 8) and not SWIFT_BETWEEN.match(line):
            self.expect_nothing_waiting()

    def leave(self, indent: int) -> None:
        while self.suites and self.suites[-1][0] >= indent:
            self.suites.pop()

    def expect_nothing_waiting(self) -> None:
        if self.waiting:
            raise BadMark(f"{self.waiting[1]}: no test follows this mark")


def scan_script(path: Path, text: str) -> list[Mark]:
    marks: list[Mark] = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if mark := COMMENT.match(line):
            place = f"{path}:{number}"
            test = SCRIPT_TEST.match(lines[number]) if number < len(lines) else None
            if test is None:
                raise BadMark(f"{place}: no test follows this mark")
            marks.append(Mark(SCRIPT_OWNER, test["name"], split_numbers(mark["numbers"], place), place))
    return marks


def numbers_of(decorator: ast.expr, place: str) -> tuple[str, ...]:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.covers":
        return ()
    numbers = [argument.value for argument in decorator.args if isinstance(argument, ast.Constant)]
    if not numbers or len(numbers) != len(decorator.args) or not all(isinstance(number, str) for number in numbers):
        raise BadMark(f"{place}: covers takes one or more numbers, as literal strings")
    return tuple(numbers)


def scan_python(path: Path, text: str) -> list[Mark]:
    def visit(body: list[ast.stmt], owner: str, inherited: tuple[str, ...]) -> list[Mark]:
        marks: list[Mark] = []
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            place = f"{path}:{node.lineno}"
            own = tuple(number for decorator in node.decorator_list for number in numbers_of(decorator, place))
            numbers = inherited + own
            if isinstance(node, ast.ClassDef):
                marks += visit(node.body, f"{owner}.{node.name}", numbers)
            elif numbers and node.name.startswith("test"):
                marks.append(Mark(owner, node.name, numbers, place))
            elif own:
                raise BadMark(f"{place}: {node.name} is not a test")
        return marks

    return visit(ast.parse(text).body, ".".join(path.with_suffix("").parts), ())


def find_marks(root: Path) -> list[Mark]:
    marks: list[Mark] = []
    for folder in ("Tests", "web"):
        for file in sorted((root / folder).rglob("*")):
            path = file.relative_to(root)
            if file.suffix == ".swift" and folder == "Tests" and len(path.parts) > 2:
                marks += SwiftScanner(path).scan(file.read_text())
            elif file.suffix == ".py":
                marks += scan_python(path, file.read_text())
            elif file.suffix in {".js", ".mjs"}:
                marks += scan_script(path, file.read_text())
    return marks
