"""What libFuzzer and LLVM print is read rightly, and a target that proves nothing does not pass."""

import json
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from fuzz import ROOT, TARGETS, main
from fuzz_corpus import Features, choose, read_features
from fuzz_coverage import lines_by_file, table
from fuzz_results import Run, describe, hexdump, note_columns, read_statistics, summarise, write_report
from results import Counts, count, read_cases

LOG = """INFO: Running with entropic power schedule (0xFF, 100).
#2\tINITED cov: 12 ft: 20 corp: 1/1b exec/s: 0 rss: 30Mb
#99\tNEW    cov: 15 ft: 31 corp: 3/9b lim: 4 exec/s: 50 rss: 31Mb L: 4/4 MS: 1 CopyPart-
"""
DONE = """#1200\tDONE   cov: 16 ft: 33 corp: 4/13b lim: 4 exec/s: 600 rss: 31Mb
stat::number_of_executed_units: 1200
stat::new_units_added:          3
"""
CRASH = """FuzzUTF8/UTF8Target.swift:20: FINDING: isValid differs
==7== ERROR: libFuzzer: deadly signal
artifact_prefix='x'; Test unit written to findings/UTF8-crash-ab
"""


def test_a_run_is_read_from_its_log() -> None:
    run = read_statistics("UTF8", LOG + DONE, 0, 2.0)
    assert (run.executions, run.coverage, run.features, run.new_inputs) == (1200, 16, 33, 3)
    assert not run.has_failed
    assert "600/s" in describe(run)


def test_a_finding_fails_with_its_input_and_the_rule_that_it_breaks() -> None:
    run = read_statistics("UTF8", LOG + CRASH, 77, 2.0)
    assert run.has_failed
    assert run.findings == ("findings/UTF8-crash-ab",)
    assert "isValid differs" in run.reasons[0]
    assert run.executions == 99


@pytest.mark.parametrize(
    ("log", "status"),
    [pytest.param("", 0, id="nothing ran"), pytest.param(LOG + DONE, -1, id="killed")],
)
def test_a_run_that_proves_nothing_fails(log: str, status: int) -> None:
    run = read_statistics("UTF8", log, status, 2.0)
    assert run.has_failed
    assert note_columns(run)[-2:] == (0, "failed")


def test_the_report_is_one_that_the_stages_read(tmp_path: Path) -> None:
    runs = [Run("Frames", 1.0, executions=5), Run("UTF8", 1.0, executions=5, status=77, reasons=("a & b < c",))]
    write_report(runs, tmp_path / "fuzz.xml")
    assert count(read_cases(tmp_path / "fuzz.xml")) == Counts(passed=1, failed=1)
    assert [failure.get("message") for failure in xml.parse(tmp_path / "fuzz.xml").iter("failure")] == ["a & b < c"]
    assert summarise(runs) == "1 passed, 1 failed, 0 skipped"


def test_an_input_is_shown_in_bytes_and_letters() -> None:
    assert hexdump(b"GET /\r\n" + bytes(12)).splitlines() == [
        "   0000  47 45 54 20 2f 0d 0a 00 00 00 00 00 00 00 00 00  GET /...........",
        "   0010  00 00 00                                         ...",
    ]


def test_features_are_read_from_the_control_file() -> None:
    control = "2\n0\na\nb\nSTARTED 0 10\nFT 0 1 2\nCOV 0 7\nSTARTED 1 20\nFT 1\nSTARTED 2 5\n"
    assert read_features(control) == [
        Features("a", 10, frozenset({1, 2})),
        Features("b", 20, frozenset()),
    ]


CANDIDATES = [
    Features("much", 300, frozenset(range(20))),
    Features("same", 400, frozenset(range(20))),
    Features("more", 100, frozenset({20, 21})),
    Features("large", 900, frozenset(range(18, 40))),
]


@pytest.mark.parametrize(
    ("max_files", "max_bytes", "names"),
    [
        pytest.param(9, 9000, ["much", "large"], id="what adds nothing is left out"),
        pytest.param(1, 9000, ["much"], id="few files"),
        pytest.param(9, 500, ["much", "more"], id="few bytes"),
    ],
)
def test_inputs_are_chosen_by_what_they_add(max_files: int, max_bytes: int, names: list[str]) -> None:
    assert [entry.path for entry in choose(CANDIDATES, max_files, max_bytes)] == names


def test_coverage_is_summed_by_folder(tmp_path: Path) -> None:
    def entry(name: Path | str, lines: int, covered: int) -> dict[str, object]:
        return {"filename": str(name), "summary": {"lines": {"count": lines, "covered": covered}}}

    files = [
        entry(tmp_path / "Frames" / "A.swift", 10, 9),
        entry(tmp_path / "Frames" / "B.swift", 30, 30),
        entry("/elsewhere/C.swift", 5, 0),
    ]
    lines = lines_by_file(json.dumps({"data": [{"files": files}]}), tmp_path)
    assert lines == {"Frames/A.swift": (10, 9), "Frames/B.swift": (30, 30)}
    assert [line.split() for line in table(lines).splitlines()][-2:] == [
        ["Frames/", "39", "of", "40", "lines", "97.5", "%"],
        ["all", "39", "of", "40", "lines", "97.5", "%"],
    ]


def test_an_unknown_target_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["Frame"])
    assert "unknown target: Frame" in capsys.readouterr().err


@pytest.mark.parametrize("target", TARGETS)
def test_a_corpus_is_small_and_there(target: str) -> None:
    corpus = [path for path in (ROOT / "fuzz" / target / "corpus").iterdir() if path.is_file()]
    assert 0 < len(corpus) <= 40
    assert sum(path.stat().st_size for path in corpus) <= 60_000
    assert (ROOT / "fuzz" / target / "words.dict").exists()
