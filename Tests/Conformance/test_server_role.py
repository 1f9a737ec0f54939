"""Our server role against all Autobahn cases: over ws, over wss, and with the stream cut into single bytes.

`FOYER_CONFORMANCE=full` (make conformance) runs every case; otherwise the CI size of `support/autobahn.py` runs.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.autobahn import CUT_GROUPS, DEADLINE_SECONDS, FULL, GROUPS, Group, run_against_server
from support.certificates import Certificate
from support.cutting_proxy import CuttingProxy
from support.server import Server
from support.tls_relay import TlsRelay

pytestmark = pytest.mark.timeout(DEADLINE_SECONDS + 30)

# 9.* sends messages of 16 MiB, and the fuzzing client reads some of them slowly.
_LIMITS = ["--deflate", "on", "--max-message-bytes", str(32 << 20), "--send-queue-bytes", str(64 << 20)]
_PARALLELISM = 4


def _names(groups: list[Group]) -> list[str]:
    return [group.name for group in groups]


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    with Server(*_LIMITS) as server:
        yield server


@pytest.fixture(scope="module")
def secure(certificate: Certificate) -> Iterator[Server]:
    with Server(*_LIMITS, *certificate.server_arguments()) as server:
        yield server


def test_the_groups_are_the_whole_suite() -> None:
    """All 517 cases stand in the table: a case that kosoku adds is noticed by its group's count."""
    assert sum(group.count for group in FULL) == 517


@pytest.mark.parametrize("group", GROUPS, ids=_names(GROUPS))
def test_cases_over_ws(plain: Server, group: Group, tmp_path: Path) -> None:
    """permessage-deflate is on; the cases of 1 to 10 do not ask for it, 12 and 13 do."""
    run_against_server(plain.url, group, tmp_path / "report", _PARALLELISM)


@pytest.mark.parametrize("group", GROUPS, ids=_names(GROUPS))
def test_cases_over_wss(secure: Server, group: Group, tmp_path: Path) -> None:
    """kosoku cannot speak TLS, so a relay does."""
    with TlsRelay(secure.port) as relay:
        run_against_server(f"ws://127.0.0.1:{relay.port}", group, tmp_path / "report", _PARALLELISM)
        assert relay.connections >= group.count, "the relay was not in the way"


@pytest.mark.parametrize("group", CUT_GROUPS, ids=_names(CUT_GROUPS))
def test_cases_with_the_stream_cut_into_bytes(plain: Server, group: Group, tmp_path: Path) -> None:
    """Both directions arrive a byte at a time, handshake included."""
    with CuttingProxy(plain.port) as proxy:
        run_against_server(f"ws://127.0.0.1:{proxy.port}", group, tmp_path / "report", _PARALLELISM)
        assert proxy.segments > group.count * 100, "the proxy was not in the way"
