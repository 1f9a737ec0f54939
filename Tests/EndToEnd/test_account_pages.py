"""The house's own forms in a real browser, at both sizes and in both schemes: setting it up, being invited, a forgotten
password.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from support.browser import launch
from support.contrast import too_low
from support.desk import Browser, Desk
from support.server import REPOSITORY
from support.setting_up import FIRST_HOUSE, PASSWORD
from support.waiting import wait_until

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1440, height=900)
# FOYER_PICTURES=DIR keeps a picture of each screen, for whoever looks at them.
_PICTURES = os.environ.get("FOYER_PICTURES")

everywhere = pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
in_both_schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Chromium, viewport: ViewportSize, scheme: str) -> Iterator[Page]:
    context = chromium.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def look(page: Page, name: str, viewport: ViewportSize, scheme: str) -> None:
    """Nothing stands beside the page, and everything can be read."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert too_low(page) == []
    if _PICTURES:
        page.screenshot(path=Path(_PICTURES) / f"{name}-{viewport['width']}-{scheme}.png", full_page=True)


@everywhere
@in_both_schemes
def test_from_an_empty_house_to_the_dashboard(page: Page, viewport: ViewportSize, scheme: str) -> None:
    with Desk(demo=False, web=REPOSITORY / "web") as house:
        page.goto(house.url)
        # Without the address that was printed, the token has to be typed.
        expect(page.get_by_label("Set-up token")).to_be_visible()
        page.get_by_role("button", name="Set it up").click()
        expect(page.get_by_text("Fill in this field.").first).to_be_visible()
        look(page, "set-up-errors", viewport, scheme)
        page.goto("about:blank")
        page.goto(house.set_up_address)
        expect(page.get_by_label("Set-up token")).to_be_hidden()
        expect(page.get_by_label("Its name")).to_be_focused()
        assert "#" not in page.url, "the token stays out of the address bar"
        look(page, "set-up", viewport, scheme)
        for label, field in _LABELS.items():
            page.get_by_label(label, exact=label == "Name").fill(FIRST_HOUSE[field])
        page.get_by_label("A password").fill("robin marsh 12")
        page.get_by_role("button", name="Set it up").click()
        expect(page.get_by_text("This is your name or address", exact=False)).to_be_visible()
        expect(page.get_by_label("A password")).to_be_focused()
        page.get_by_label("A password").fill(PASSWORD)
        page.get_by_role("button", name="Set it up").click()
        page.wait_for_url("**/dashboard")
        expect(page.get_by_role("button", name="Waiting for the team")).to_be_visible()


_LABELS = {
    "Its name": "organisation",
    "Phone country code": "countryPrefix",
    "Emergency number": "emergencyNumber",
    "Name": "team",
    "Time zone": "timeZone",
    "Your name": "name",
    "Your e-mail address": "email",
}


def link_to(house: Desk, address: str) -> str:
    def found() -> str | None:
        letters = [letter for letter in house.letters() if letter["to"] == address]
        match = re.search(r"https?://\S+/join/\S+", letters[0]["text"]) if letters else None
        return match.group(0) if match else None

    return wait_until(found, 10, "a letter with a link")


@pytest.fixture(scope="module")
def demo() -> Iterator[Desk]:
    with Desk(web=REPOSITORY / "web") as house:
        yield house


@pytest.mark.covers("S2.15")
@everywhere
@in_both_schemes
def test_from_an_invitation_to_the_dashboard(demo: Desk, page: Page, viewport: ViewportSize, scheme: str) -> None:
    admin = Browser(demo)
    admin.sign_in_as_member(0)
    address = f"robin{viewport['width']}{scheme}@harbour.example"
    form = {"name": "Robin Marsh", "email": address, "teams": [{"id": demo.team(), "rank": "member"}]}
    assert admin.post("/api/v1/settings/members/invitations", form).status == 200
    link = link_to(demo, address)
    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome, Robin Marsh")).to_be_visible()
    look(page, "join", viewport, scheme)
    page.get_by_label("A password").fill("password1234")
    page.get_by_role("button", name="Save it and sign in").click()
    expect(page.get_by_text("one of the passwords that are tried first", exact=False)).to_be_visible()
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button", name="Save it and sign in").click()
    page.wait_for_url("**/dashboard")
    expect(page.get_by_role("button", name="Waiting for the team")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link opens nothing")).to_be_visible()
    look(page, "join-over", viewport, scheme)


@everywhere
@in_both_schemes
def test_a_forgotten_password_is_set_anew(demo: Desk, page: Page, viewport: ViewportSize, scheme: str) -> None:
    page.goto(f"{demo.url}/dashboard")
    page.get_by_role("link", name="Forgotten your password?").click()
    member = {"360light": 1, "360dark": 2, "1440light": 3, "1440dark": 4}[f"{viewport['width']}{scheme}"]
    address = demo.demo()["members"][member]["email"]
    look(page, "forgot", viewport, scheme)
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text(f"If {address} is a member")
    look(page, "forgot-sent", viewport, scheme)
    page.goto(link_to(demo, address))
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button", name="Save it and sign in").click()
    page.wait_for_url("**/dashboard")
