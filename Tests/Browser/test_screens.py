"""axe looks at every screen, in light and in dark (B10: WCAG 2.2 AA)."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page

from support import screens
from support.people import DESK, PHONE

# Of what axe leaves out unless asked: the size of targets, new in WCAG 2.2.
_ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# Only the colours change with the scheme.
_COLOURS = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.fixture
def seen() -> dict[str, list[str]]:
    """Screen → what axe has to say of it."""
    return {}


@pytest.fixture
def look(seen: dict[str, list[str]]) -> Callable[[str, Page | Frame], None]:
    axe = Axe()

    def look(name: str, where: Page | Frame) -> None:
        page = where if isinstance(where, Page) else where.page
        found = seen.setdefault(name, [])
        for scheme, options in (("light", _ALL), ("dark", _COLOURS)):
            page.emulate_media(color_scheme=scheme)
            for violation in axe.run(where, options=options).response["violations"]:
                found += [f"{scheme}: {violation['id']}: {node['html'][:200]}" for node in violation["nodes"]]
        page.emulate_media(color_scheme="light")

    return look


def complaints(seen: dict[str, list[str]]) -> dict[str, list[str]]:
    assert seen
    return {name: found for name, found in seen.items() if found}


@pytest.mark.covers("B10")
def test_the_guests_screens(browser: Browser, house, look, seen):
    screens.guest_screens(browser, house, look, PHONE)
    assert complaints(seen) == {}


@pytest.mark.covers("B10")
def test_the_chat_within_the_clinics_page(browser: Browser, house, look, seen):
    screens.embedded_screens(browser, house, look)
    assert complaints(seen) == {}


@pytest.mark.covers("B10")
def test_the_members_screens(browser: Browser, fresh_house, look, seen):
    screens.member_screens(browser, fresh_house, look, DESK)
    assert complaints(seen) == {}


@pytest.mark.covers("B10")
def test_the_pages_of_the_house(browser: Browser, house, look, seen):
    screens.house_screens(browser, house, look)
    assert complaints(seen) == {}
