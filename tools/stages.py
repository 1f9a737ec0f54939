"""Runs named stages one after the other and says how each went.

    .venv/bin/python tools/stages.py test|check

A stage is a command with a deadline. Its output is streamed and kept in `results/<stage>.log`. A stage that fails stops
nothing else but makes the exit status 1; one that hangs is ended at its deadline, with every process of its group. A
stage that runs tests names the JUnit report that its runner writes (`results/<stage>.xml`), and its tests are counted
from there; a report that is missing, cut short or empty is a failure, so that a run that died cannot pass. A stage
without a report counts as one check. The last line alone reads `N passed, N failed, N skipped`, the sum.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from results import Counts, count, read_cases

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ".venv/bin/python"
GRACE_SECONDS = 5.0
# Lines of Swift Testing that only say that a test began or went well: kept in the log, not streamed.
QUIET_PREFIXES = ("◇ ", "✔ ", "↳ ")


@dataclass(frozen=True)
class Stage:
    name: str
    command: list[str]
    deadline_seconds: float
    has_report: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    # The folder whose absence means that there is nothing to do yet; when it exists, it must not be empty.
    needs: str | None = None


@dataclass(frozen=True)
class Outcome:
    stage: Stage
    seconds: float
    counts: Counts
    # Why the stage failed, or was skipped; empty for one that passed.
    reason: str = ""

    @property
    def word(self) -> str:
        if self.counts.failed:
            return "FAILED"
        return "passed" if self.counts.passed else "skipped"


SWIFT_BUILD = ["swift", "build", "--quiet", "--explicit-target-dependency-import-check", "error"]
FOYER = {"FOYER_BIN": str(ROOT / ".build" / "release" / "foyer")}


def pytest(name: str, folder: str, deadline_seconds: float, each_seconds: int, at_once: int = 1) -> Stage:
    """A pytest suite: every test ends by itself after `each_seconds`, the whole of it after `deadline_seconds`.

    `at_once`: so many of its files. What mostly waits for browsers and for processes to start leaves a core idle.
    """
    options = ["-q", "-c", "pyproject.toml", f"--timeout={each_seconds}", f"--junitxml=results/{name}.xml"]
    if at_once > 1:
        options += [f"--numprocesses={at_once}", "--dist=loadfile"]
    command = [PYTHON, "-m", "pytest", folder, *options]
    return Stage(name, command, deadline_seconds, has_report=True, environment=FOYER)


def swift_tests(name: str, *selection: str) -> Stage:
    """Those of the Swift tests that the options select, already built."""
    command = ["swift", "test", "--quiet", "--skip-build", "--disable-xctest", "--xunit-output", f"results/{name}.xml"]
    return Stage(name, [*command, *selection], 600, has_report=True)


LINT = Stage("lint", [PYTHON, "tools/lint.py"], 180)
BUILD = Stage("build", [*SWIFT_BUILD, "--build-tests"], 1200)
UNIT = swift_tests("unit", "--skip", "GatewayTests")
# In a process of their own: they await handlers in Swift's pool of threads, one a core, which tests that compute or
# block would keep busy for longer than a client waits.
GATEWAY = swift_tests("gateway", "--filter", "GatewayTests")
TOOLS = pytest("tools", "Tests/Tools", 120, each_seconds=30)
WEB = pytest("web", "Tests/Web", 120, each_seconds=60)
# Every product, not `foyer` alone: the suites below also run the programs that stand in for a client.
RELEASE = Stage("release", [*SWIFT_BUILD, "-c", "release"], 1800)
CONFORMANCE = pytest("conformance", "Tests/Conformance", 1500, each_seconds=900)
SIMULATION = pytest("simulation", "Tests/SimulationRuns", 500, each_seconds=100)
# Bugs are planted in a build of its own: no other must ever know of them.
MUTANTS_BUILD = Stage(
    "mutants-build",
    [*SWIFT_BUILD, "--scratch-path", ".build-mutants", "--product", "foyer"],
    1500,
    environment={"FOYER_MUTANTS": "1"},
)
MUTANTS = Stage("mutants", [".build-mutants/debug/foyer", "simulate", "--mutants"], 600)
END_TO_END = pytest("end-to-end", "Tests/EndToEnd", 900, each_seconds=180, at_once=2)
# Clusters, each with its own Redis and PostgreSQL: the short form of `make faults`.
FAULTS = pytest("faults", "Tests/Faults", 600, each_seconds=300)
# The debug build: it has the control socket through which days pass.
BROWSER = pytest("browser", "Tests/Browser", 900, each_seconds=120, at_once=2)
FUZZ = Stage("fuzz", [PYTHON, "tools/fuzz.py", "--seconds", "10"], 1500, has_report=True, needs="fuzz")
REQUIREMENTS = Stage("requirements", [PYTHON, "tools/requirements.py", "--brief"], 60)

RUNS: dict[str, list[Stage]] = {
    "check": [LINT, BUILD, UNIT, GATEWAY, TOOLS, WEB],
    "test": [
        LINT,
        BUILD,
        UNIT,
        GATEWAY,
        TOOLS,
        WEB,
        RELEASE,
        SIMULATION,
        MUTANTS_BUILD,
        MUTANTS,
        CONFORMANCE,
        END_TO_END,
        FAULTS,
        BROWSER,
        FUZZ,
        REQUIREMENTS,
    ],
}


def end_group(group: int) -> None:
    """Ends every process of the group: asked first, made to after a grace. None of them may outlive its stage."""
    for number, patience in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, 0.0)):
        until = time.monotonic() + patience
        try:
            os.killpg(group, number)
            while time.monotonic() < until:
                time.sleep(0.05)
                os.killpg(group, 0)
        except ProcessLookupError:
            return


def copy_lines(source: TextIO, log: TextIO) -> None:
    for line in source:
        log.write(line)
        log.flush()
        if not line.startswith(QUIET_PREFIXES):
            sys.stdout.write(line)
            sys.stdout.flush()


def run_command(stage: Stage, log_path: Path) -> str:
    """Runs the stage's command; answers why it failed (empty: it did not)."""
    with log_path.open("w") as log:
        try:
            child = subprocess.Popen(
                stage.command,
                cwd=ROOT,
                env={**os.environ, **stage.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            return str(error)
        reader = threading.Thread(target=copy_lines, args=(child.stdout, log), daemon=True)
        reader.start()
        try:
            status = child.wait(timeout=stage.deadline_seconds)
            reason = f"exit status {status}" if status else ""
        except subprocess.TimeoutExpired:
            reason = f"ended at its deadline of {stage.deadline_seconds:g} s"
        finally:
            # The group, not the child: a background process would hold the pipe open, and a port.
            end_group(child.pid)
            child.wait()
            reader.join(timeout=GRACE_SECONDS)
    return reason


def read_report(report: Path) -> tuple[Counts, str]:
    try:
        counts = count(read_cases(report))
    except FileNotFoundError:
        return Counts(), "no report was written"
    except xml.ParseError as error:
        return Counts(), f"the report is cut short: {error}"
    return counts, "" if counts != Counts() else "no test was run"


def judge(stage: Stage, command_reason: str, report: Path) -> tuple[Counts, str]:
    """What the stage adds to the sum. It failed if its command did, or if its report is no proof that it ran."""
    if not stage.has_report:
        return (Counts(failed=1), command_reason) if command_reason else (Counts(passed=1), "")
    counts, report_reason = read_report(report)
    reason = command_reason or report_reason
    if counts.failed:
        return counts, reason or f"{counts.failed} failed"
    return (counts + Counts(failed=1), reason) if reason else (counts, "")


def missing_need(stage: Stage, root: Path) -> tuple[Counts, str] | None:
    if stage.needs is None:
        return None
    folder = root / stage.needs
    if not folder.exists():
        return Counts(skipped=1), f"there is no {stage.needs}/ yet"
    if not any(entry.is_dir() for entry in folder.iterdir()):
        return Counts(failed=1), f"{stage.needs}/ is empty"
    return None


def run_stage(stage: Stage, results: Path, root: Path = ROOT) -> Outcome:
    report = results / f"{stage.name}.xml"
    report.unlink(missing_ok=True)
    began = time.monotonic()
    print(f"── {stage.name}", flush=True)
    settled = missing_need(stage, root)
    if settled is None:
        settled = judge(stage, run_command(stage, results / f"{stage.name}.log"), report)
    outcome = Outcome(stage, time.monotonic() - began, *settled)
    print(f"   {describe(outcome)}", flush=True)
    return outcome


def describe(outcome: Outcome) -> str:
    reason = f" ({outcome.reason})" if outcome.reason else ""
    if outcome.counts.failed:
        reason += f", see results/{outcome.stage.name}.log"
    return f"{outcome.stage.name:<14}{outcome.word:<8}{outcome.seconds:>7.1f} s   {outcome.counts}{reason}"


def summarise(outcomes: list[Outcome]) -> str:
    total = sum((outcome.counts for outcome in outcomes), Counts())
    seconds = sum(outcome.seconds for outcome in outcomes)
    lines = ["", *(describe(outcome) for outcome in outcomes), f"{'all':<22}{seconds:>7.1f} s", str(total)]
    return "\n".join(lines)


def stop(number: int, _frame: object) -> None:
    # As an exception, so that the running stage's group is ended on the way out.
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in RUNS:
        print(f"Usage: stages.py {'|'.join(RUNS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, stop)
    results = ROOT / "results"
    if arguments[0] == "test":
        # What `make requirements` reads must stem from one run.
        shutil.rmtree(results, ignore_errors=True)
    results.mkdir(exist_ok=True)
    outcomes = [run_stage(stage, results) for stage in RUNS[arguments[0]]]
    summary = summarise(outcomes)
    (results / "summary.txt").write_text(summary + "\n")
    print(summary, flush=True)
    return 1 if any(outcome.counts.failed for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
