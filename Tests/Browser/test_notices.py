"""Who has closed the window is told of an answer: an SMS in time, whose link leads into that very chat."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from support.house import House
from support.people import Guest, Member
from support.waiting import wait_until

_DETAILS = {"Referral number": "R 17"}
# A notice is due after four minutes; the first attempt reaches the provider by five.
_DUE = 4 * 60
_SECOND = 1000
_PATIENCE_SECONDS = 15.0


def _notices(house: House, to: str) -> list[dict]:
    """What went to a contact beside its codes, the newest first."""
    return [letter for letter in house.letters(to) if "/chat/" in letter["text"]]


def _notice(house: House, to: str) -> dict:
    letters = wait_until(lambda: _notices(house, to), _PATIENCE_SECONDS, f"a notice to {to}")
    assert len(letters) == 1
    return letters[0]


def _link(letter: dict) -> str:
    (link,) = re.findall(r"http\S+", letter["text"])
    return link


def _say_goodbye(guest: Guest) -> None:
    """Closes the window, and is seen to have gone."""
    guest.page.close()


def _answer(nour: Member, name: str, text: str) -> None:
    nour.claims(name)
    nour.writes(text)
    nour.mark(text, "Sent")


@pytest.mark.covers("S0.22", "S0.23", "S1.15", "S1.16", "B2", "B9")
def test_who_closed_the_window_gets_one_sms_whose_link_leads_into_the_chat(house, guest, member):
    ada = guest("Nora", "Gone").signs_in(house.team("Radiology"))
    ada.starts("A private matter", _DETAILS).writes("Have you found it?")
    case = ada.case
    nour = member("nour").signs_in()
    nour.opens("Nora Gone")
    _say_goodbye(ada)
    written = house.now()
    _answer(nour, "Nora Gone", "We have found your picture.")

    house.advance(_DUE - 15)
    nour.reads("We have found your picture.")
    assert _notices(house, ada.e164) == []
    house.advance(15)
    letter = _notice(house, ada.e164)
    assert letter["channel"] == "sms"
    assert _DUE * _SECOND - 5 * _SECOND <= letter["at"] - written <= 5 * 60 * _SECOND
    for private in ("Nora", "Gone", "private", "picture", "Radiology", "نور"):
        assert private not in letter["text"]
    assert urlsplit(_link(letter)).path == f"/chat/{house.team('Radiology').id}/{case}"

    # The team sees what became of it, as it happens.
    nour.page.get_by_role("link", name="Timeline").click()
    line = nour.page.locator(".timeline li", has_text="The guest has not seen the reply")
    expect(line).to_contain_text(re.compile(r"SMS sent (when it was due|\d+ s after it was due)"))

    # One for each streak, however long it lasts.
    nour.writes("Are you still there?")
    house.advance(10 * 60)
    nour.mark("Are you still there?", "Sent")
    assert len(_notices(house, ada.e164)) == 1

    # On another device, where nobody is signed in: nothing to type but the code.
    elsewhere = guest("Nora", "Gone", phone=ada.phone)
    elsewhere.page.goto(_link(letter))
    expect(elsewhere.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert "picture" not in elsewhere.page.content()
    expect(elsewhere.page.get_by_label("First name")).to_have_count(0)
    sent = len(house.letters(ada.e164))
    elsewhere.button("Send me a code").click()
    expect(elsewhere.page.get_by_text("+44 •••• ")).to_be_visible()
    elsewhere.enters_code(house.code(ada.e164, after=sent))
    elsewhere.reads("We have found your picture.")
    assert elsewhere.case == case
    nour.mark("Are you still there?", "Seen")

    # With a session, the link opens the chat at once.
    again = elsewhere.new_tab()
    again.goto(_link(letter))
    expect(again.get_by_text("We have found your picture.", exact=True)).to_be_visible()


@pytest.mark.covers("S1.15")
def test_what_was_seen_on_another_device_is_told_by_no_sms(house, guest, member):
    phone = guest("Olga", "Twice").signs_in(house.team("Radiology"))
    phone.starts("On two devices", _DETAILS).writes("Is it ready?")
    laptop = guest("Olga", "Twice", phone=phone.phone)
    # Two codes to one contact are half a minute apart.
    house.advance(60)
    laptop.opens(house.team("Radiology"), phone.case)
    sent = len(house.letters(phone.e164))
    laptop.button("Send me a code").click()
    laptop.enters_code(house.code(phone.e164, after=sent)).reads("Is it ready?")
    _say_goodbye(phone)
    laptop.looks_away()
    nour = member("nour").signs_in()
    _answer(nour, "Olga Twice", "It is ready.")
    house.advance(_DUE - 60)
    laptop.looks_back()
    nour.mark("It is ready.", "Seen")
    house.advance(2 * _DUE)
    nour.writes("Anything else?")
    laptop.reads("Anything else?")
    assert _notices(house, phone.e164) == []


@pytest.mark.covers("S0.22", "S1.15")
def test_a_close_request_is_told_and_an_automatic_message_is_not(house, caller, member):
    eve = caller("Petra", "Away").asks(house.team("Radiology"), "A question", "Hello?")
    assert any(event["event"]["type"] == "automatic" for event in eve.log())
    nour = member("nour").signs_in()
    nour.claims("Petra Away")
    house.advance(2 * _DUE)
    nour.notes("Nothing was sent so far.")
    nour.reads("Nothing was sent so far.")
    assert _notices(house, eve.contact) == []
    nour.chooses("Ask to close")
    expect(nour.status).to_contain_text("Asked to close")
    house.advance(_DUE)
    assert "/chat/" in _notice(house, eve.contact)["text"]


def test_a_link_that_is_not_whole_says_so_and_opens_nothing(house, guest):
    lost = guest("Quentin", "Lost").may_hear("404")
    lost.opens(house.team("Radiology"), "7ZZZZZZZZZZZZZZZZZZZZZZZZ0")
    lost.button("Send me a code").click()
    expect(lost.page.get_by_role("alert")).to_contain_text("This chat does not exist any more")
    lost.button("I use another number or address").click()
    lost.identifies()
