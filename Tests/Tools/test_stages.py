"""The stage runner: what it counts, what it calls a failure, and that nothing outlives a stage."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import stages
from results import Counts
from stages import Outcome, Stage, run_stage, summarise

REPORT = "<testsuites><testsuite>{}</testsuite></testsuites>"
PASSED = '<testcase classname="M" name="a()" />'
FAILED = '<testcase classname="M" name="b()"><failure message="no" /></testcase>'
BROKEN = '<testcase classname="M" name="c()"><error message="no" /></testcase>'
SKIPPED = '<testcase classname="M" name="d()"><skipped /></testcase>'


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "ROOT", tmp_path)
    monkeypatch.setattr(stages, "GRACE_SECONDS", 0.3)


def python(name: str, program: str, deadline_seconds: float = 10, **options) -> Stage:
    return Stage(name, [sys.executable, "-c", program], deadline_seconds, **options)


def writing(report: str, status: int = 0) -> str:
    return f"import sys; open('s.xml', 'w').write({report!r}); sys.exit({status})"


def test_a_command_without_a_report_counts_as_one_check(tmp_path: Path) -> None:
    assert run_stage(python("s", "pass"), tmp_path).counts == Counts(passed=1)
    assert run_stage(python("s", "raise SystemExit(3)"), tmp_path).counts == Counts(failed=1)


def test_a_command_that_does_not_exist_fails_its_stage(tmp_path: Path) -> None:
    outcome = run_stage(Stage("s", ["no-such-command"], 10), tmp_path)
    assert outcome.counts == Counts(failed=1)
    assert "no-such-command" in outcome.reason


@pytest.mark.parametrize(
    ("cases", "status", "expected"),
    [
        (PASSED + SKIPPED, 0, Counts(1, 0, 1)),
        (PASSED + FAILED + BROKEN, 1, Counts(1, 2, 0)),
        # A test failed but the runner called it a success: it is a failure.
        (PASSED + FAILED, 0, Counts(1, 1, 0)),
        # The runner died after its tests had passed: one more failure.
        (PASSED, 139, Counts(1, 1, 0)),
        ("", 0, Counts(0, 1, 0)),
    ],
)
def test_the_report_is_counted(tmp_path: Path, cases: str, status: int, expected: Counts) -> None:
    stage = python("s", writing(REPORT.format(cases), status), has_report=True)
    assert run_stage(stage, tmp_path).counts == expected


def test_a_missing_or_a_torn_report_is_a_failure(tmp_path: Path) -> None:
    assert run_stage(python("s", "pass", has_report=True), tmp_path).reason == "no report was written"
    torn = run_stage(python("s", writing("<testsuites><tests"), has_report=True), tmp_path)
    assert torn.counts == Counts(failed=1)


def test_the_report_of_an_earlier_run_is_not_counted(tmp_path: Path) -> None:
    (tmp_path / "s.xml").write_text(REPORT.format(PASSED))
    assert run_stage(python("s", "pass", has_report=True), tmp_path).counts == Counts(failed=1)


def is_running(pid: int) -> bool:
    """A zombie that nobody has collected yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(pid)


# Ignores the polite signal, as does its child: both must end all the same.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c',
    'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)'])
open('pids', 'w').write(f'{os.getpid()} {child.pid}')
{last}
"""


def test_a_hung_stage_is_ended_at_its_deadline_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    outcome = run_stage(python("s", STUBBORN.replace("{last}", "time.sleep(60)"), deadline_seconds=1.5), tmp_path)
    assert outcome.counts == Counts(failed=1)
    assert outcome.reason == "ended at its deadline of 1.5 s"
    assert time.monotonic() - began < 10
    assert all(ends_within(int(pid), 2) for pid in (tmp_path / "pids").read_text().split())


def test_nothing_that_a_stage_leaves_in_the_background_outlives_it(tmp_path: Path) -> None:
    outcome = run_stage(python("s", STUBBORN.replace("{last}", "")), tmp_path)
    assert outcome.counts == Counts(passed=1)
    assert all(ends_within(int(pid), 2) for pid in (tmp_path / "pids").read_text().split())


def test_ending_the_runner_ends_the_running_stage(tmp_path: Path) -> None:
    program = f"""
import signal, sys
sys.path.insert(0, {str(Path(stages.__file__).parent)!r})
import stages
from pathlib import Path
stages.ROOT, stages.GRACE_SECONDS = Path({str(tmp_path)!r}), 0.3
signal.signal(signal.SIGTERM, stages.stop)
stages.run_stage(stages.Stage('s', [sys.executable, '-c', {STUBBORN.replace("{last}", "time.sleep(60)")!r}], 60),
    stages.ROOT)
"""
    runner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL)
    pids = tmp_path / "pids"
    while not (pids.exists() and len(pids.read_text().split()) == 2):
        assert runner.poll() is None
        time.sleep(0.02)
    runner.terminate()
    assert runner.wait(timeout=10) == 128 + 15
    assert all(ends_within(int(pid), 2) for pid in pids.read_text().split())


def test_a_folder_that_is_needed_may_be_absent_but_not_empty(tmp_path: Path) -> None:
    stage = python("s", "pass", needs="fuzz")
    assert run_stage(stage, tmp_path, tmp_path).counts == Counts(skipped=1)
    (tmp_path / "fuzz").mkdir()
    assert run_stage(stage, tmp_path, tmp_path).counts == Counts(failed=1)
    (tmp_path / "fuzz" / "Frames").mkdir()
    assert run_stage(stage, tmp_path, tmp_path).counts == Counts(passed=1)


def test_output_is_streamed_and_kept_but_success_is_not_streamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_stage(python("s", "print('✔ Test a() passed'); print('✘ Test b() failed')"), tmp_path)
    streamed = capsys.readouterr().out
    assert "✘ Test b() failed" in streamed
    assert "✔ Test a()" not in streamed
    assert "✔ Test a() passed" in (tmp_path / "s.log").read_text()


def test_a_stage_finds_its_environment(tmp_path: Path) -> None:
    program = "import os; raise SystemExit(os.environ['FOYER_BIN'] != 'x')"
    assert run_stage(python("s", program, environment={"FOYER_BIN": "x"}), tmp_path).counts == Counts(passed=1)
    assert "FOYER_BIN" not in os.environ or os.environ["FOYER_BIN"] != "x"


def test_the_last_line_is_the_sum_alone() -> None:
    lint, unit = Stage("lint", [], 1), Stage("unit", [], 1)
    text = summarise([Outcome(lint, 1, Counts(passed=1)), Outcome(unit, 2, Counts(40, 2, 3), "2 failed")])
    assert text.splitlines()[-1] == "41 passed, 2 failed, 3 skipped"
    assert "FAILED" in text


def test_a_stage_that_fails_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = [python("one", "raise SystemExit(1)"), python("two", "open('two', 'w')")]
    monkeypatch.setattr(stages, "RUNS", {"check": run})
    assert stages.main(["check"]) == 1
    assert (tmp_path / "two").exists()


def test_a_whole_run_forgets_the_results_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "gone.xml").write_text(REPORT.format(PASSED))
    monkeypatch.setattr(stages, "RUNS", {"test": [python("one", "pass")]})
    assert stages.main(["test"]) == 0
    assert not (tmp_path / "results" / "gone.xml").exists()
