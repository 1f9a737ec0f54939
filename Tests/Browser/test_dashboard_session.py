"""A member comes, is away too long, and goes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from support.house import MINUTE
from support.people import Member

WRONG = "The e-mail address or the password is wrong."


def tries(member: Member, email: str, password: str) -> None:
    member.page.get_by_label("E-mail address").fill(email)
    member.page.get_by_label("Password").fill(password)
    member.button("Sign in").click()


def is_asked_again(page: Page) -> None:
    expect(page.get_by_role("dialog", name="Please sign in again")).to_be_visible()


def test_what_is_wrong_with_a_login_is_said_and_never_whether_the_address_is_known(house, member):
    ben = member("ben")
    ben.page.goto(f"{house.http_url}/dashboard")
    ben.button("Sign in").click()
    ben.sees("Enter your e-mail address, with an @.")
    ben.sees("Enter your password.")
    expect(ben.page.get_by_label("E-mail address")).to_be_focused()

    tries(ben, ben.email, "not-the-password")
    ben.sees(WRONG)
    expect(ben.page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    ben.page.get_by_label("Password").fill("x")
    expect(ben.page.get_by_text(WRONG)).to_be_hidden()
    tries(ben, "nobody@harbour.example", "not-the-password")
    ben.sees(WRONG)
    ben.gives_password()


def test_too_many_wrong_passwords_cost_a_pause_that_is_told(house, member):
    nour = member("nour")
    nour.expected_troubles.append("429")
    nour.page.clock.install()
    nour.page.goto(f"{house.http_url}/dashboard")
    # Five cost nothing; the pauses after the next are 1, 2, 4 s long, and so on.
    for _ in range(9):
        house.advance(8)
        wrong = {"email": nour.email, "password": "not-the-password"}
        assert nour.page.request.post(f"{house.http_url}/api/v1/members/login", data=wrong).status == 401
    tries(nour, nour.email, "not-the-password")
    nour.sees("There were too many tries. Please wait before the next one.")
    waiting = nour.page.get_by_role("button", name=re.compile(r"Sign in \(in \d+ s\)"))
    expect(waiting).to_have_attribute("aria-disabled", "true")
    house.advance(16)
    nour.page.clock.run_for(16_000)
    expect(nour.button("Sign in")).not_to_have_attribute("aria-disabled", "true")
    nour.gives_password()


@contextmanager
def goes_on_writing(ben: Member) -> Iterator[None]:
    """What stands half written before is there afterwards, at the same address, and can be sent."""
    draft = ben.page.get_by_label("Reply to the guest")
    draft.fill("Monday at ten would be")
    address = ben.page.url
    yield
    expect(draft).to_have_value("Monday at ten would be")
    assert ben.page.url == address
    ben.writes("Monday at ten would be fine.")
    ben.reads("Monday at ten would be fine.")


def test_after_half_an_hour_of_silence_one_signs_in_again_and_goes_on(house, caller, member):
    caller("Idle", "Hours").asks(house.team("Front desk"), "Appointment", "Is Monday free?")
    ben = member("ben").signs_in().claims("Idle Hours")
    with goes_on_writing(ben):
        house.advance(31 * MINUTE)
        is_asked_again(ben.page)
        ben.page.keyboard.press("Escape")
        is_asked_again(ben.page)
        dialog = ben.page.get_by_role("dialog", name="Please sign in again")
        dialog.get_by_label("E-mail address").fill(ben.email)
        dialog.get_by_label("Password").fill(house.passwords[ben.email])
        ben.button("Sign in", dialog).click()
        expect(dialog).to_have_count(0)


def test_what_one_was_writing_is_there_after_the_page_was_loaded_anew(house, caller, member):
    caller("Idle", "Minutes").asks(house.team("Front desk"), "Appointment", "Is Monday free?")
    ben = member("ben").signs_in().claims("Idle Minutes")
    with goes_on_writing(ben):
        house.advance(31 * MINUTE)
        is_asked_again(ben.page)
        ben.page.reload()
        ben.gives_password()


def test_signing_out_ends_every_tab_at_once(house, member):
    ben = member("ben").signs_in()
    other = ben.new_tab()
    other.goto(ben.page.url)
    expect(other.get_by_role("searchbox")).to_be_visible()
    ben.button("Sign out").click()
    expect(ben.button("Sign in")).to_be_visible()
    is_asked_again(other)
