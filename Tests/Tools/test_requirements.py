"""The table of requirements: marks are found and joined to results, and every kind of mistake is complained about."""

from pathlib import Path

import pytest

import requirements
from coverage_marks import BadMark, Mark, SwiftScanner, find_marks, scan_python, scan_script
from requirements import disagreements, join, problems, read_claims, read_numbers
from results import Case

SWIFT = """
import Testing

@Suite("Frames") struct Frames {
    // covers: S0.1, B3
    @Test("a titled test", arguments: [
        1, 2,
    ])
    func masked(value: Int) {
        #expect(value > 0)
    }

    struct Inner {
        // covers: B4
        /// Says what it shows.
        @Test
        func `a sentence`() {}
    }

    @Test func unmarked() {}
}

extension Frames {
    // covers: B5
    @Test func later() async throws {}
}

// covers: B6
@Test func free() {}
"""


def swift_marks(text: str) -> list[Mark]:
    return SwiftScanner(Path("Tests/WebSocket/Sub/FrameTests.swift")).scan(text)


def test_marks_in_swift_name_module_suites_and_function() -> None:
    assert [(mark.owner, mark.name, mark.numbers) for mark in swift_marks(SWIFT)] == [
        ("WebSocketTests.Frames", "masked", ("S0.1", "B3")),
        ("WebSocketTests.Frames.Inner", "`a sentence`", ("B4",)),
        ("WebSocketTests.Frames", "later", ("B5",)),
        ("WebSocketTests", "free", ("B6",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "// covers: S0.1\n",
        "// covers: S0.1\nlet x = 1\n@Test func a() {}\n",
        "// covers: S0.1\nstruct Suite {\n    @Test func a() {}\n}\n",
        "// covers: S0.1\n// covers: S0.2\n@Test func a() {}\n",
        "// covers: S0.1,\n@Test func a() {}\n",
    ],
)
def test_a_mark_in_swift_that_no_test_follows_is_an_error(text: str) -> None:
    with pytest.raises(BadMark):
        swift_marks(text)


def test_marks_in_python_are_inherited_from_the_class() -> None:
    text = """
import pytest

@pytest.mark.covers("S0.1")
class TestGuest:
    @pytest.mark.covers("B3", "B4")
    async def test_one(self): ...
    def test_two(self): ...
    def helper(self): ...

def test_unmarked(): "pytest.mark.covers('S0.9')"
"""
    marks = scan_python(Path("Tests/EndToEnd/test_guest.py"), text)
    assert [(mark.owner, mark.name, mark.numbers) for mark in marks] == [
        ("Tests.EndToEnd.test_guest.TestGuest", "test_one", ("S0.1", "B3", "B4")),
        ("Tests.EndToEnd.test_guest.TestGuest", "test_two", ("S0.1",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.covers()\ndef test_a(): ...",
        "@pytest.mark.covers(number)\ndef test_a(): ...",
        "@pytest.mark.covers(7)\ndef test_a(): ...",
        "@pytest.mark.covers('S0.1')\ndef helper(): ...",
    ],
)
def test_a_mark_in_python_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(BadMark):
        scan_python(Path("Tests/a.py"), text)


def test_marks_in_javascript_name_the_title() -> None:
    marks = scan_script(Path("web/a.test.js"), '// covers: B10\ntest("it\'s small (and kind)", () => {});\n')
    assert [(mark.name, mark.numbers) for mark in marks] == [("it's small (and kind)", ("B10",))]
    with pytest.raises(BadMark):
        scan_script(Path("web/a.test.js"), "// covers: B10\n\nconst a = 1;\n")


def mark(number: str, owner: str = "WebSocketTests.Frames", name: str = "masked") -> Mark:
    return Mark(owner, name, (number,), "Tests/a.swift:1")


@pytest.mark.parametrize(
    ("cases", "word"),
    [
        ([Case("WebSocketTests.Frames", "masked(value:)", "passed")], "passed"),
        (
            [
                Case("WebSocketTests.Frames", "masked[1]", "passed"),
                Case("WebSocketTests.Frames", "masked[2]", "failed"),
            ],
            "failed",
        ),
        (
            [
                Case("WebSocketTests.Frames", "masked[1]", "passed"),
                Case("WebSocketTests.Frames", "masked[2]", "skipped"),
            ],
            "passed",
        ),
        ([Case("WebSocketTests.Frames", "masked()", "skipped")], "not run"),
        ([Case("ReactorTests.Frames", "masked()", "passed")], "not run"),
        ([Case("WebSocketTests.Frames", "masked2()", "passed")], "not run"),
        ([], "not run"),
    ],
)
def test_a_mark_is_joined_to_the_cases_of_its_test(cases: list[Case], word: str) -> None:
    assert [proof.word for proof in join([mark("B3")], cases)["B3"]] == [word]


def test_a_title_in_javascript_is_taken_whole() -> None:
    proofs = join([mark("B10", "test", "small (and kind)")], [Case("test", "small (and kind)", "passed")])
    assert proofs["B10"][0].word == "passed"


@pytest.mark.parametrize(
    ("outcomes", "claims", "expected"),
    [
        (["passed"], ["B3"], []),
        (["passed"], [], []),
        ([], ["B3"], ["docs/claimed.txt: B3 is claimed, but no test of it ran and passed"]),
        (["skipped"], ["B3"], ["docs/claimed.txt: B3 is claimed, but no test of it ran and passed"]),
        (["passed", "failed"], ["B3"], ["docs/claimed.txt: B3 is claimed, but a test of it failed"]),
        ([], ["B99"], ["docs/claimed.txt: there is no requirement B99"]),
    ],
)
def test_a_claim_needs_a_test_that_passed(outcomes: list, claims: list[str], expected: list[str]) -> None:
    cases = [Case("WebSocketTests.Frames", f"masked[{index}]", outcome) for index, outcome in enumerate(outcomes)]
    assert problems({"B3": "claim"}, join([mark("B3")], cases), claims) == expected


def test_an_unknown_number_in_a_test_is_an_error() -> None:
    assert problems({"B3": "claim"}, join([mark("B33")], []), []) == ["Tests/a.swift:1: there is no requirement B33"]


def test_claims_may_carry_notes() -> None:
    assert read_claims("# head\n\nB3 since the second floor # note\nS0.1\n") == ["B3", "S0.1"]


def test_a_number_may_not_stand_there_twice() -> None:
    with pytest.raises(ValueError, match="B1 stands there twice"):
        read_numbers("- B1 one\n- B1 again\n")


def test_the_two_lists_are_compared_in_both_directions() -> None:
    shared = (
        "- S0.1 a; b\n- S0.2 c; S0.3 d;\n  S0.4 e\n## Where the documents disagree\n- **Seen**: f\n## Beyond\n- B1 g\n"
    )
    own = "- S0.1 a\n- S0.2 c\n- S0.3 d\n- S0.4 e\n- R1 **Seen**: f\n- B1 g\n"
    assert disagreements(own, shared) == []
    assert disagreements(own.replace("- S0.3 d\n", ""), shared) == ["docs/requirements.md: S0.3 is missing"]
    assert disagreements(own + "- B2 h\n", shared) == ["docs/requirements.md: B2 is not in the shared list"]
    assert disagreements(own.replace("Seen", "Saw"), shared) == [
        "docs/requirements.md: Seen is missing",
        "docs/requirements.md: Saw is not in the shared list",
    ]


def project(root: Path, claims: str, test: str) -> None:
    for folder in ("docs", "results", "Tests/Wire", "web"):
        (root / folder).mkdir(parents=True)
    (root / "docs" / "requirements.md").write_text("- B1 nothing lost\n- B2 timers\n")
    (root / "docs" / "claimed.txt").write_text(claims)
    (root / "Tests" / "Wire" / "WireTests.swift").write_text(test)
    (root / "results" / "unit.xml").write_text(
        '<testsuites><testsuite><testcase classname="WireTests" name="lossless()" /></testsuite></testsuites>'
    )


def test_a_whole_project_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project(tmp_path, "B1\n", "// covers: B1\n@Test func lossless() {}\n")
    assert requirements.main([], tmp_path) == 0
    shown = capsys.readouterr().out
    assert "B1     claimed  nothing lost" in shown
    assert "passed   Tests/Wire/WireTests.swift:1 lossless" in shown
    assert "2 requirements: 1 named by tests, 1 with all of these passed, 1 claimed" in shown


@pytest.mark.parametrize(
    ("claims", "test"),
    [("B2\n", ""), ("", "// covers: B9\n@Test func lossless() {}\n"), ("", "// covers: B1\n")],
)
def test_a_whole_project_fails(tmp_path: Path, claims: str, test: str) -> None:
    project(tmp_path, claims, test)
    assert requirements.main(["--brief"], tmp_path) == 1


def test_every_number_of_this_project_is_there() -> None:
    numbers = read_numbers((requirements.ROOT / "docs" / "requirements.md").read_text())
    for letter, count in (("S0.", 25), ("S1.", 17), ("S2.", 16), ("S3.", 25), ("S4.", 14), ("B", 12), ("R", 9)):
        assert [f"{letter}{index}" for index in range(1, count + 1)] == [n for n in numbers if n.startswith(letter)]


def test_this_project_can_be_scanned() -> None:
    find_marks(requirements.ROOT)
