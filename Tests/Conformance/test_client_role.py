"""Our client role against kosoku's fuzzing server, by the program `conformance-client`.

FOYER_CONFORMANCE_CLIENT names the program; by default it is what `swift build -c release` has made.
"""

import os
from pathlib import Path

import pytest

from support.autobahn import DEADLINE_SECONDS, GROUPS, Group, run_against_client
from support.server import REPOSITORY

pytestmark = pytest.mark.timeout(DEADLINE_SECONDS + 60)

_AGENT = "foyer"


def _client() -> list[str]:
    path = Path(os.environ.get("FOYER_CONFORMANCE_CLIENT", ".build/release/conformance-client"))
    return [str(path if path.is_absolute() else REPOSITORY / path)]


@pytest.mark.parametrize("group", GROUPS, ids=[group.name for group in GROUPS])
def test_cases_as_a_client(group: Group, tmp_path: Path) -> None:
    """getCaseCount, runCase for each, updateReports: the protocol that the Autobahn clients follow."""
    run_against_client(_client(), _AGENT, group, tmp_path / "report")
