"""A guest proves a contact before the first word, and what a mistake on the way there does."""

import re

import pytest
from playwright.sync_api import expect

from support.fields import error_of, is_refused
from support.house import MINUTE
from support.people import Guest, fresh_phone


@pytest.fixture(scope="module")
def desk(house):
    return house.team("Front desk")


def is_inside(guest: Guest) -> None:
    expect(guest.page.get_by_role("heading", name="Start a new chat")).to_be_visible()


def wrong(code: str) -> str:
    """Another code than this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.covers("S0.5", "S0.6", "S0.7", "S1.1", "R9")
def test_names_and_a_contact_are_asked_for_next_to_the_safety_and_privacy_texts(house, guest, desk):
    ada = guest().may_hear("400").opens(desk)
    main = ada.page.get_by_role("main")
    said = "Not for emergencies. Nobody watches this chat at night. In an emergency call 999 at once."
    expect(main.get_by_role("note")).to_have_text(said)
    expect(main.get_by_role("link", name="999")).to_have_attribute("href", "tel:999")
    expect(main.get_by_text("What you write is stored encrypted", exact=False)).to_be_visible()
    first, last = main.get_by_label("First name"), main.get_by_label("Last name")
    phone = main.get_by_label("Mobile number")

    ada.button("Send me a code").click()
    is_refused(first, "Please enter your first name.")
    is_refused(last, "Please enter your last name.")
    is_refused(phone, "Please enter your mobile number.")
    expect(first).to_be_focused()

    first.fill("   ")
    last.fill("Lovelace")
    phone.fill(ada.phone)
    ada.button("Send me a code").click()
    is_refused(first, "Please enter your first name.")
    expect(error_of(last)).to_be_hidden()
    expect(error_of(phone)).to_be_hidden()

    first.fill("Ada")
    phone.fill("0000 0000 0000 0000 000")
    ada.button("Send me a code").click()
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(error_of(phone)).not_to_be_empty()

    ada.button("Use an e-mail address instead").click()
    address = main.get_by_label("E-mail address")
    expect(phone).to_be_hidden()
    for typed in ("", "ada", "ada@", "ada@nowhere"):
        address.fill(typed)
        ada.button("Send me a code").click()
        expect(address).to_have_attribute("aria-invalid", "true")
        expect(error_of(address)).not_to_be_empty()
    assert house.letters(ada.e164) == []
    expect(ada.code_field).to_have_count(0)
    expect(ada.page.get_by_label("Message", exact=True)).to_have_count(0)


@pytest.mark.covers("S0.6", "S0.7", "S1.1", "S1.2")
@pytest.mark.parametrize(
    ("prefix", "typed", "sent_to"),
    [("+44", "07700 900001", "+447700900001"), ("+49", "0151 23456789", "+4915123456789")],
    ids=["of the country", "of another country"],
)
def test_a_code_goes_to_the_number_with_its_prefix(house, guest, desk, prefix, typed, sent_to):
    ada = guest(phone=typed).opens(desk)
    expect(ada.page.get_by_label("Country prefix")).to_have_value("+44")
    ada.page.get_by_label("Country prefix").fill(prefix)
    ada.asks_for_code()
    expect(ada.page.get_by_role("main")).to_contain_text(sent_to[-3:])
    expect(ada.page.get_by_role("main")).not_to_contain_text(sent_to[3:8])
    expect(ada.code_field).to_have_attribute("autocomplete", "one-time-code")
    expect(ada.code_field).to_have_attribute("inputmode", "numeric")
    expect(ada.code_field).to_be_focused()
    ada.enters_code(house.code(sent_to))
    is_inside(ada)


@pytest.mark.covers("S0.6")
def test_an_address_may_stand_for_the_number_and_a_code_is_pasted_with_a_gap(house, guest, desk):
    ada, address = guest().opens(desk), "ada.lovelace@example.org"
    ada.page.get_by_label("First name").fill("Ada")
    ada.page.get_by_label("Last name").fill("Lovelace")
    ada.button("Use an e-mail address instead").click()
    ada.page.get_by_label("E-mail address").fill(address)
    ada.button("Send me a code").click()
    expect(ada.code_field).to_be_visible()
    code = house.code(address)

    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.page.evaluate("text => navigator.clipboard.writeText(text)", f" {code[:3]} {code[3:]}\n")
    ada.code_field.focus()
    ada.page.keyboard.press("Control+V")
    is_inside(ada)


@pytest.mark.covers("R1")
def test_a_team_that_takes_phones_only_offers_nothing_else(house, guest):
    ada = guest().opens(house.team("Radiology"))
    expect(ada.page.get_by_label("Mobile number")).to_be_visible()
    expect(ada.button("Use an e-mail address instead")).to_be_hidden()


@pytest.mark.covers("R9")
def test_a_mistyped_number_is_corrected_after_the_code_was_sent(house, guest, desk):
    mistyped = fresh_phone()
    ada = guest(phone=mistyped).may_hear("400").opens(desk).asks_for_code()
    old = house.code(ada.e164)
    ada.button("Change number").click()
    expect(ada.page.get_by_label("First name")).to_have_value("Ada")
    expect(ada.page.get_by_label("Mobile number")).to_have_value(mistyped)
    expect(ada.page.get_by_label("Mobile number")).to_be_focused()

    ada.phone = fresh_phone()
    ada.asks_for_code()
    new = house.code(ada.e164)
    ada.enters_code(old)
    is_refused(ada.code_field, "This code is not right. 4 tries are left.")
    ada.enters_code(new)
    is_inside(ada)


@pytest.mark.covers("S0.7", "S1.2")
def test_after_five_wrong_codes_the_right_one_is_asked_anew(house, guest, desk):
    ada = guest().may_hear("400", "410").opens(desk).asks_for_code()
    code = house.code(ada.e164)
    ada.code_field.fill("12345")
    ada.button("Continue").click()
    is_refused(ada.code_field, "The code has 6 digits.")
    guesses = [wrong(code)]
    for left in ("4 tries are", "3 tries are", "2 tries are", "One try is"):
        ada.enters_code(guesses[-1])
        is_refused(ada.code_field, f"This code is not right. {left} left.")
        guesses.append(wrong(guesses[-1]))
    ada.enters_code(guesses[-1])
    expect(error_of(ada.code_field)).not_to_contain_text("One try")
    ada.enters_code(code)
    is_refused(ada.code_field, "This code no longer works. Please ask for a new one.")
    expect(ada.button("Your chats", exact=False)).to_have_count(0)


@pytest.mark.covers("S0.7")
def test_a_code_is_good_for_five_minutes_and_the_next_one_comes_when_the_countdown_is_over(house, guest, desk):
    ada = guest().may_hear("400", "410").opens(desk)
    ada.page.clock.install()
    ada.asks_for_code()
    old = house.code(ada.e164)
    again = ada.button("Send a new code", exact=False)
    expect(again).to_be_disabled()
    expect(again).to_have_text(re.compile(r"Send a new code in 0:(30|2\d)"))

    house.advance(5 * MINUTE + 1)
    ada.enters_code(old)
    is_refused(ada.code_field, "This code no longer works. Please ask for a new one.")

    ada.page.clock.fast_forward(30_000)
    expect(again).to_have_text("Send a new code")
    again.click()
    ada.sees("A new code is on its way. Only the newest one works.")
    expect(again).to_be_disabled()
    new = house.code(ada.e164, after=1)
    if old != new:
        ada.enters_code(old)
        is_refused(ada.code_field, "This code is not right. 4 tries are left.")
    ada.enters_code(new)
    is_inside(ada)


@pytest.mark.covers("S0.6", "R6")
def test_nobody_learns_whether_a_contact_is_known_and_another_name_sees_nothing_of_the_first(house, guest, desk):
    ada = guest("Ada", "Lovelace").signs_in(desk)
    ada.starts("Something else", {"Date of birth": "10 December 1815"})
    ada.writes("Something that only Ada may read")
    ada.mark("Something that only Ada may read", "Sent")
    case = ada.case

    house.advance(MINUTE)
    eve, stranger = guest("Eve", "Moriarty", phone=ada.phone), guest("Eve", "Moriarty")
    screens = []
    for one in (eve, stranger):
        one.opens(desk).asks_for_code()
        words = one.page.get_by_role("main").inner_text()
        screens.append(re.sub(r"\d{3}\b|0:\d\d", "#", words))
    assert screens[0] == screens[1]

    eve.enters_code(house.code(eve.e164, after=1))
    is_inside(eve)
    menu = eve.opens_menu()
    expect(menu).to_contain_text("Signed in as Eve Moriarty")
    expect(menu).to_contain_text("No chat is open.")
    expect(menu).not_to_contain_text("Lovelace")
    eve.opens(desk, case)
    eve.sees("This chat is not among yours. It may belong to another name or number.")
    expect(eve.page.get_by_text("Something that only Ada may read")).to_have_count(0)

    # The same name, written otherwise, is the same person.
    house.advance(MINUTE)
    again = guest("ADA", "Lovelacé", phone=ada.phone).opens(desk).asks_for_code()
    again.enters_code(house.code(ada.e164, after=2))
    again.button("Something else", exact=False).click()
    again.reads("Something that only Ada may read")


@pytest.mark.covers("S0.7", "S1.3")
def test_a_session_lasts_over_a_reload_and_ends_in_every_tab(house, guest, desk):
    ada = guest().signs_in(desk)
    ada.starts("Appointment", {"Date of birth": "10 December 1815"})
    ada.writes("May I come on Monday?")
    ada.mark("May I come on Monday?", "Sent")
    ada.page.reload()
    ada.reads("May I come on Monday?")
    other = ada.new_tab()
    other.goto(ada.page.url)
    expect(other.get_by_role("region", name="Conversation")).to_contain_text("May I come on Monday?")

    menu = ada.opens_menu()
    ada.button("Sign out", menu).click()
    ada.button("Sign out", ada.page.get_by_role("dialog", name="Sign out?")).click()
    for page in (ada.page, other):
        expect(page.get_by_label("First name")).to_be_visible()
        expect(page.get_by_text("May I come on Monday?")).to_have_count(0)
    ada.page.reload()
    # Its address is that chat's still: whoever opens it has a code sent to the chat's own contact.
    expect(ada.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    expect(ada.page.get_by_text("May I come on Monday?")).to_have_count(0)
    assert ada.page.evaluate("Object.keys(localStorage)") == []
