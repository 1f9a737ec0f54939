"""A server that goes away in the middle of a conversation: nothing lost, nothing twice, one order on both sides."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.house import House
from support.people import CATCH_UP_SECONDS, Guest, Member, Visitor, agree_on
from support.waiting import wait_until


class RestartingHouse:
    """A house of the test's own. Its people go on calling it by the same address while it is away."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.house = House(directory)
        self.port = self.house.port

    def __getattr__(self, name: str) -> object:
        return getattr(self.house, name)

    def ends(self, how: signal.Signals) -> None:
        self.house.signal(how)
        self.house.wait(20)

    def starts(self) -> None:
        self.house = House(self.directory, port=self.port)


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[RestartingHouse]:
    running = RestartingHouse(tmp_path)
    try:
        yield running
    finally:
        running.house.end()


@pytest.fixture
def people(browser, own_house, visitors: list[Visitor]) -> tuple[Guest, Member]:
    ada, amara = Guest(browser, own_house), Member(browser, own_house, "amara@harbour.example")
    visitors.extend((ada, amara))
    return ada, amara


@pytest.mark.covers("B1", "B8")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["deployed", "crashed"])
def test_a_server_that_goes_away_in_the_middle_loses_and_repeats_nothing(own_house, people, how):
    ada, amara = people
    ada.signs_in(own_house.team("Radiology"))
    ada.starts("My scan", {})
    ada.writes("Guest 0")
    amara.signs_in().claims("Ada Lovelace")
    amara.reads("Guest 0")
    for number in range(1, 4):
        ada.writes(f"Guest {number}")
        amara.writes(f"Team {number}")
    own_house.ends(how)
    for number in range(4, 7):
        ada.writes(f"Guest {number}")
        amara.writes(f"Team {number}")
    own_house.starts()
    for number in range(7, 10):
        ada.writes(f"Guest {number}")
        amara.writes(f"Team {number}")

    def have_all() -> bool:
        return all(len(side.texts()) == 1 + 10 + 9 for side in people)

    wait_until(have_all, CATCH_UP_SECONDS, "both sides have everything", poll_seconds=0.2)
    expect(ada.page.locator("li.pending")).to_have_count(0)
    said = ada.texts()[1:]
    agree_on(said, ada.texts, amara.texts)
    assert [text for text in said if text.startswith("Guest")] == [f"Guest {number}" for number in range(10)]
    assert [text for text in said if text.startswith("Team")] == [f"Team {number}" for number in range(1, 10)]
    for side in people:
        side.page.reload()
    agree_on(said, ada.texts, amara.texts)
