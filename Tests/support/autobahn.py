"""The Autobahn cases as `kosoku` runs them, and the judging of its report.

kosoku counts NON-STRICT as passed; here it is a failure, and so is a case that did not run.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from support.server import Program
from support.waiting import wait_until

KOSOKU = [sys.executable, "-m", "support.kosoku_launcher"]
IS_FULL = os.environ.get("FOYER_CONFORMANCE") == "full"
_ACCEPTED = {"OK", "INFORMATIONAL"}
_FULL_SECONDS = 3600.0
_CI_SECONDS = 180.0


@dataclass(frozen=True)
class Group:
    """Cases that run together: `patterns` select them, and exactly `count` of them must have run."""

    name: str
    patterns: tuple[str, ...]
    count: int

    def arguments(self) -> list[str]:
        return [argument for pattern in self.patterns for argument in ("-i", pattern)]


# The whole suite: 517 cases.
FULL = [
    Group("1 framing", ("1.*",), 16),
    Group("2 pings and pongs", ("2.*",), 11),
    Group("3 reserved bits", ("3.*",), 7),
    Group("4 opcodes", ("4.*",), 10),
    Group("5 fragmentation", ("5.*",), 20),
    Group("6 UTF-8", ("6.*",), 145),
    Group("7 close handling", ("7.*",), 37),
    Group("9 limits and performance", ("9.*",), 54),
    Group("10 automatic fragmentation", ("10.*",), 1),
    Group("12 compression, different payloads", ("12.*",), 90),
    Group("13 compression, different parameters", ("13.*",), 126),
]

# 12 and 13 send 1,000 messages in each of 18 sizes, the larger of which take 3 to 13 s a case: in CI three sizes (16 B,
# 4 KiB, 32 KiB) stand for those sent whole, and one case of each series for those sent in fragments.
_THINNED = ("1", "6", "8")


def _thinned(name: str, series: int, last: int) -> Group:
    patterns = [f"{series}.{part}.{size}" for part in range(1, last + 1) for size in _THINNED]
    return Group(name, (*patterns, f"{series}.1.18"), len(patterns) + 1)


CI = [group for group in FULL if group.patterns[0] not in ("9.*", "12.*", "13.*")] + [
    _thinned("12 compression, thinned", 12, last=5),
    _thinned("13 parameters, thinned", 13, last=7),
]

# For the proxy that cuts bytes: 13 runs all of the compression that 12 does.
CI_CUT = [group for group in CI if not group.name.startswith("12")]

GROUPS = FULL if IS_FULL else CI
CUT_GROUPS = FULL if IS_FULL else CI_CUT
DEADLINE_SECONDS = _FULL_SECONDS if IS_FULL else _CI_SECONDS


def _with_support_importable() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}


def case_order(case: str) -> list[int]:
    return [int(part) for part in case.split(".")]


def judge(report: Path, group: Group) -> None:
    """Fails with a line for each case that is not OK or INFORMATIONAL, or when not all cases of the group have run."""
    agents = json.loads((report / "index.json").read_text())
    assert len(agents) == 1, f"the report knows several servers: {list(agents)}"
    (verdicts,) = agents.values()
    complaints = []
    for case, verdict in sorted(verdicts.items(), key=lambda item: case_order(item[0])):
        if verdict["behavior"] in _ACCEPTED and verdict["behaviorClose"] in _ACCEPTED:
            continue
        details = json.loads((report / verdict["reportfile"]).read_text())
        complaints.append(
            f"case {case}: {verdict['behavior']}, close {verdict['behaviorClose']} ({verdict['remoteCloseCode']}); "
            f"{details['result']} {details['resultClose']}\n    expected: {details['expectation']}"
        )
    assert not complaints, "\n".join(complaints)
    ran = sorted(verdicts, key=case_order)
    assert len(ran) == group.count, f"{len(ran)} of {group.count} cases ran: {ran}"


def run_against_server(url: str, group: Group, report: Path, parallelism: int) -> None:
    """kosoku's fuzzing client against our server; then the judgement."""
    command = [*KOSOKU, "-m", "fuzzingclient", *group.arguments(), "-p", str(parallelism), "-o", str(report)]
    command.append(f"{url}/echo")
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=DEADLINE_SECONDS, env=_with_support_importable()
    )
    assert (report / "index.json").exists(), f"no report; kosoku said: {finished.stdout}{finished.stderr}"
    judge(report, group)


def run_against_client(client: list[str], agent: str, group: Group, report: Path) -> None:
    """kosoku's fuzzing server against our client, which it tells how many cases there are; then the judgement."""
    command = [*KOSOKU, "-m", "fuzzingserver", *group.arguments(), "-o", str(report), "127.0.0.1:0"]
    with Program(command, environment=_with_support_importable()) as fuzzing_server:
        listening = re.compile(r"fuzzingserver listening on (ws://\S+)")
        wait_until(lambda: any(map(listening.search, fuzzing_server.errors)), 30.0, "kosoku's server listens")
        (url,) = [found[1] for found in map(listening.search, fuzzing_server.errors) if found]
        subprocess.run([*client, url, "--agent", agent], check=True, timeout=DEADLINE_SECONDS)
        # It writes its report when the client has asked for it (`updateReports`), and ends.
        fuzzing_server.wait(30.0)
        assert (report / "index.json").exists(), f"no report; kosoku said: {fuzzing_server.errors}"
    judge(report, group)
