"""A house, and people with browsers of their own. A browser that has complained by the end fails its test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from support.browser import launch
from support.callers import Caller
from support.house import House
from support.people import Guest, Member, Visitor


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = launch(playwright)
    yield running
    running.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Shared by the tests of one file: each brings guests of its own."""
    directory: Path = tmp_path_factory.mktemp("house")
    with House(directory) as running:
        yield running


@pytest.fixture
def fresh_house(tmp_path: Path) -> Iterator[House]:
    """Nobody has been here yet."""
    with House(tmp_path) as running:
        yield running


@pytest.fixture
def visitors() -> Iterator[list[Visitor]]:
    came: list[Visitor] = []
    yield came
    troubles = [trouble for visitor in came for trouble in visitor.troubles]
    for visitor in came:
        visitor.context.close()
    assert troubles == []


@pytest.fixture
def guest(browser: Browser, house: House, visitors: list[Visitor]) -> Callable[..., Guest]:
    def make(*names: str, **options: object) -> Guest:
        made = Guest(browser, house, *names, **options)
        visitors.append(made)
        return made

    return make


@pytest.fixture
def member(browser: Browser, house: House, visitors: list[Visitor]) -> Callable[..., Member]:
    def make(name: str, **options: object) -> Member:
        made = Member(browser, house, f"{name}@harbour.example", **options)
        visitors.append(made)
        return made

    return make


@pytest.fixture
def caller(house: House) -> Callable[..., Caller]:
    """A guest without a browser, for tests of the team's side."""

    def make(*names: str, **options: object) -> Caller:
        return Caller(house, *names, **options)

    return make
