"""What operators read: /metrics, /healthz and /readyz on an address of their own, and what docs/operations.md says."""

import http.client
import re
import signal
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from support.desk import Answer, Browser, Desk
from support.exposition import Family, parse
from support.peer import is_refused
from support.server import REPOSITORY
from support.sockets import ProtocolSocket, deaf_socket
from support.waiting import wait_until

_METRICS = "foyer metrics on "
# Letters, digits and what stands between numbers: no name, address or text of a person would fit into these alone.
_LABEL_VALUE = re.compile(r"[A-Za-z0-9.+]{1,16}")
_LABELS = {"le", "reason", "outcome", "state", "status", "code", "kind", "side", "type", "who", "version"}


class Watched(Desk):
    """A house with an operators' address."""

    def __init__(self, *arguments: str, **options: object) -> None:
        super().__init__("--metrics-listen", "127.0.0.1:0", *arguments, **options)

    @property
    def operators(self) -> int:
        line = next(line for line in self.output if line.startswith(_METRICS))
        port = urlsplit(line.removeprefix(_METRICS)).port
        assert port is not None
        return port

    def ask_operators(self, path: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.operators, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def metrics(self) -> dict[str, Family]:
        answer = self.ask_operators("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return parse(answer.text)


@pytest.fixture(scope="module")
def house() -> Iterator[Watched]:
    with Watched() as house:
        yield house


def _documented() -> set[str]:
    """The first column of the tables of metrics; those that need another part of the house stand under "Only with"."""
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    section = text.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    always = re.split(r"\n### Only with ", section)[0]
    rows = [line.split("|")[1] for line in always.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_what_is_measured_is_documented_and_what_is_documented_is_measured(house: Watched) -> None:
    assert set(house.metrics()) == _documented()


def test_the_figures_follow_what_happens(house: Watched) -> None:
    before = house.metrics()
    guest = Browser(house)
    guest.sign_in_as_guest("+447700900611")
    with pytest.raises(AssertionError):
        guest.sign_in_as_guest("+44")
    member = Browser(house)
    member.sign_in_as_member()
    sockets = [ProtocolSocket(guest), ProtocolSocket(guest), ProtocolSocket(member, "members")]
    stranger = ProtocolSocket(guest, authenticates=False)
    entry = house.get(f"/api/v1/teams/{house.team()}").json()
    about = {"team": house.team(), "category": entry["categories"][0]["id"]}
    case = sockets[0].ask("open", key=uuid.uuid4().hex, **about)["ok"]["case"]
    assert "ok" in sockets[1].ask("subscribe", case=case, after=0, generation=None)
    assert "ok" in sockets[2].ask("watch")
    assert "error" in sockets[0].ask("claim", case=case, key=uuid.uuid4().hex)
    after = house.metrics()

    def grown(name: str, **labels: str) -> float:
        if labels:
            return after[name].value(**labels) - before[name].value(**labels)
        return after[name].total - before[name].total

    assert grown("foyer_codes_total", outcome="done") == 1 and grown("foyer_codes_total", outcome="refused") == 1
    assert grown("foyer_sign_ins_total", who="guest", outcome="done") == 1
    assert grown("foyer_sign_ins_total", who="member", outcome="done") == 1
    assert grown("foyer_tickets_total", outcome="done") == 3
    assert grown("foyer_websockets_opened_total") == 4
    assert grown("foyer_sockets", side="guest") == 2 and grown("foyer_sockets", side="team") == 1
    assert grown("foyer_sockets", side="stranger") == 1
    assert grown("foyer_sockets_authenticated_total", outcome="admitted") == 3
    assert grown("foyer_commands_total", type="open", outcome="ok") == 1
    assert grown("foyer_commands_total", type="watch", outcome="ok") == 1
    assert grown("foyer_commands_total", type="claim", outcome="rejected") == 1
    assert grown("foyer_command_seconds") == 1
    assert grown("foyer_engine_stored_total") >= 1 and grown("foyer_commits_total") >= 1
    assert grown("foyer_commit_seconds") == grown("foyer_commits_total") == grown("foyer_commit_commands")
    assert grown("foyer_feeds") == 1 and grown("foyer_lists") >= 1
    assert grown("foyer_presence_people") == 2
    assert grown("foyer_connections") == 4 and grown("foyer_bytes_received_total") > 1000
    assert grown("foyer_messages_received_total") >= 7 and grown("foyer_messages_sent_total") >= 7
    assert after["foyer_metrics_missing_parts"].total == 0
    assert after["process_open_fds"].total > 10 and after["process_resident_memory_bytes"].total > 1 << 20

    for socket in [*sockets, stranger]:
        socket.close()

    def have_gone() -> bool:
        return (
            house.metrics()["foyer_websockets_closed_total"].total >= before["foyer_websockets_closed_total"].total + 4
        )

    wait_until(have_gone, 10, "the sockets are counted as closed")
    assert house.metrics()["foyer_sockets"].total == before["foyer_sockets"].total


def test_no_label_can_hold_what_belongs_to_a_person(house: Watched) -> None:
    guest = Browser(house)
    guest.sign_in_as_guest("+447700900622", firstName="Grace", lastName="Hopper")
    ProtocolSocket(guest).close()
    text = house.ask_operators("/metrics").text
    for secret in ("Grace", "Hopper", "7700900622", house.team(), "Front desk"):
        assert secret not in text
    for family in parse(text).values():
        for _, labels in family.samples:
            assert {name for name, _ in labels} <= _LABELS, labels
            assert all(_LABEL_VALUE.fullmatch(value) for _, value in labels), labels
        assert len(family.samples) <= 120, f"{family.name} has {len(family.samples)} lines"


def test_the_public_address_shows_no_metric_and_the_operators_nothing_else(house: Watched) -> None:
    assert house.get("/metrics").status == 404
    for path in ("/", "/dashboard", "/v1/socket", "/api/v1/house", "/version"):
        assert house.ask_operators(path).status == 404
    assert house.ask_operators("/healthz").json()["status"] == "ok"
    ready = house.ask_operators("/readyz").json()
    assert ready["status"] == "ready" and {"engine", "loops", "store"} <= set(ready["parts"])
    assert all(part["state"] == "ok" for part in ready["parts"].values())


def test_without_an_address_there_are_no_metrics() -> None:
    with Desk() as house:
        assert not any(line.startswith(_METRICS) for line in house.output)
        assert house.get("/metrics").status == 404


def test_operators_are_answered_until_the_house_has_ended() -> None:
    with Watched("--drain-time", "5s", "--close-timeout-ms", "60000") as house, deaf_socket(house):
        house.signal(signal.SIGTERM)
        wait_until(lambda: is_refused(house), 3, "the public address is closed")
        ready, alive = house.ask_operators("/readyz"), house.ask_operators("/healthz")
        assert (ready.status, ready.json()["status"]) == (503, "draining")
        assert (alive.status, alive.json()["status"]) == (200, "ok")
        assert house.ask_operators("/metrics").status == 200
        assert house.wait(15) == 0
