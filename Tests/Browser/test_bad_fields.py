"""What is missing, too long or wrong is said next to its field, in every form of the guest's and the team's pages."""

import re

import pytest
from playwright.sync_api import Locator, expect

from support.fields import is_fine, is_refused
from support.people import Guest, Member
from support.server import REPOSITORY

# Short in letters, long in bytes: what the fields themselves do not stop.
LONG_NAME, LONG_LINE, LONG_TEXT = "ä" * 150, "漢" * 400, "ä" * 9000
SHORTEN = "This is too long: at most {} bytes. Send it as a file instead."

# Where the pages make fields, and how many. A field more has to be tried below, or in the tests that are named.
FIELDS = {
    # Names, prefix, number, address; the code (also test_signing_in).
    "widget/sign-in.js": 6,
    # A subject or a category; what the team asks for.
    "widget/new-chat.js": 3,
    # A message, and its correction.
    "widget/composer.js": 1,
    # `textInput` itself.
    "widget/field.js": 1,
    "dashboard/parts/sign-in.js": 2,
    "dashboard/parts/composer.js": 2,
    "dashboard/parts/message.js": 1,
    # A note to whoever takes the case, a time, a reason.
    "dashboard/parts/action-dialogs.js": 3,
    # One of several, and a search among them.
    "dashboard/parts/choice.js": 2,
    # Nothing that is typed or chosen there can be wrong: a search, a team, a switch.
    "dashboard/parts/inbox.js": 2,
    "dashboard/parts/help.js": 1,
    # The settings: test_settings_pages, and test_bad_settings for each form's every field.
    "dashboard/settings/settings.js": 1,
    "dashboard/settings/field.js": 5,
    "dashboard/settings/pages/team-hours.js": 2,
    "dashboard/settings/pages/team-policy.js": 3,
}


@pytest.fixture(scope="module")
def desk(house):
    return house.team("Front desk")


@pytest.fixture(scope="module")
def radiology(house):
    return house.team("Radiology")


def test_every_field_of_the_pages_is_known_here() -> None:
    made = re.compile(r'\btextInput\(|\b(?:h|el)\(\s*"(?:input|textarea|select)"')
    found = {}
    for path in (REPOSITORY / "web").rglob("*.js"):
        if count := len(made.findall(path.read_text())):
            found[str(path.relative_to(REPOSITORY / "web"))] = count
    assert found == FIELDS


@pytest.mark.covers("R9", "B9")
def test_who_a_guest_is(house, guest, desk) -> None:
    ada: Guest = guest().may_hear("400").opens(desk)
    form = ada.page.get_by_role("main")
    first, last = form.get_by_label("First name"), form.get_by_label("Last name")
    phone, prefix = form.get_by_label("Mobile number"), form.get_by_label("Country prefix")

    def sends(**typed: str) -> None:
        first.fill(typed.get("first", "Ada"))
        last.fill(typed.get("last", "Lovelace"))
        prefix.fill(typed.get("prefix", "+44"))
        phone.fill(typed.get("phone", ada.phone))
        ada.button("Send me a code").click()

    for field, name in ((first, "first"), (last, "last")):
        sends(**{name: " \t "})
        is_refused(field, f"Please enter your {name} name.")
        expect(field).to_be_focused()
        for nobody in ("12345", "\u202e\u2066", "<>&'\""):
            sends(**{name: nobody})
            is_refused(field, f"Type your {name} name.")
        sends(**{name: LONG_NAME})
        is_refused(field, "This name is too long. Shorten it.")
    is_fine(first)
    is_fine(phone)

    for number in ("", "12", "call me", "<b>"):
        sends(phone=number)
        is_refused(phone, "Please enter your mobile number.")
    sends(phone="7700900123456789")
    expect(phone).to_have_attribute("aria-invalid", "true")
    for nowhere in ("", "+", "abc", "000"):
        sends(prefix=nowhere)
        is_refused(phone, "Please enter the country prefix, as in +44.")
        is_refused(prefix, "Please enter the country prefix, as in +44.")
        expect(prefix).to_be_focused()
    sends(phone="12")
    is_refused(phone, "Please enter your mobile number.")
    is_fine(prefix)

    ada.button("Use an e-mail address instead").click()
    address = form.get_by_label("E-mail address")
    for typed in ("", "ada", "a b@example.org"):
        address.fill(typed)
        ada.button("Send me a code").click()
        is_refused(address, "Please enter your e-mail address, as in name@example.org.")
    for typed in ("ada@nowhere", "<b>@example.org", "a@b@example.org", f"{'a' * 190}@x.org"):
        address.fill(typed)
        ada.button("Send me a code").click()
        expect(address).to_have_attribute("aria-invalid", "true")
        expect(address).to_be_focused()
    expect(ada.code_field).to_have_count(0)


@pytest.mark.covers("S0.9", "S0.11", "B9")
def test_what_a_chat_is_about(guest, desk, radiology) -> None:
    ada: Guest = guest().signs_in(radiology)
    subject = ada.page.get_by_label("What is it about?")
    for typed in ("", " \t "):
        subject.fill(typed)
        ada.button("Next").click()
        is_refused(subject, "Please write a few words.")
    ada.starts("My scan", {})

    ada.opens(desk)
    ada.button("Start a new chat").click()
    category = ada.page.get_by_label("What is it about?")
    ada.button("Next").click()
    is_refused(category, "Please choose what it is about.")
    category.select_option(label="Appointment")
    ada.button("Next").click()
    labels = ("Full name", "Phone or e-mail", "Date of birth", "Provider number")
    fields = [ada.page.get_by_label(label) for label in labels]
    for field in fields:
        field.fill(LONG_LINE)
    ada.button("Start the chat").click()
    for field in fields:
        is_refused(field, "This is too long. Please shorten it.")
        field.fill(" ")
    ada.button("Start the chat").click()
    for field, label in zip(fields, labels, strict=True):
        if label in ("Full name", "Date of birth"):
            is_refused(field, "Please fill this in.")
        else:
            is_fine(field)


@pytest.mark.covers("B9")
def test_what_a_guest_writes(guest, radiology) -> None:
    ada: Guest = guest("Grace", "Hopper").signs_in(radiology)
    ada.starts("My scan", {})
    field = ada.page.get_by_label("Message", exact=True)
    field.fill(LONG_TEXT)
    is_refused(field, "Too long by 1616 characters")
    field.press("Enter")
    expect(field).to_have_value(LONG_TEXT)
    expect(ada.button("Send")).to_be_disabled()
    field.fill("Is it redy?")
    is_fine(field)
    field.press("Enter")
    ada.mark("Is it redy?", "Sent")

    ada.button("Edit or delete this message", ada.message("Is it redy?")).click()
    ada.button("Edit", ada.message("Is it redy?")).click()
    field.fill(" ")
    field.press("Enter")
    is_refused(field, "Write something, or delete the message.")
    field.fill(LONG_TEXT)
    is_refused(field, "Too long by 1616 characters")
    ada.writes("Is it ready?")
    ada.mark("Is it ready?", "edited")
    is_fine(field)


def test_who_a_member_is(house, member) -> None:
    ben: Member = member("ben")
    ben.page.goto(f"{house.http_url}/dashboard")
    address, password = ben.page.get_by_label("E-mail address"), ben.page.get_by_label("Password")
    for typed in ("", "ben", "<b>ben</b>"):
        address.fill(typed)
        ben.button("Sign in").click()
        is_refused(address, "Enter your e-mail address, with an @.")
        is_refused(password, "Enter your password.")
    address.fill("'; DROP TABLE members;--@x")
    is_fine(address)
    password.fill("\u202e<script>")
    ben.button("Sign in").click()
    is_refused(password, "The e-mail address or the password is wrong.")
    address.fill(f"{'a' * 400}@harbour.example")
    password.fill(LONG_TEXT[:5000])
    ben.button("Sign in").click()
    is_refused(password, "The e-mail address or the password is wrong.")


@pytest.mark.covers("B9")
def test_what_a_member_writes(house, caller, member) -> None:
    caller("Tess", "Long").asks(house.team("Radiology"), "A scan", "Hello?")
    amara: Member = member("amara").signs_in()
    amara.claims("Tess Long")
    field = amara.page.get_by_label("Reply to the guest")
    field.fill(LONG_TEXT)
    field.press("Enter")
    is_refused(field, "This is too long by about 1616 characters. Send it in parts.")
    expect(field).to_have_value(LONG_TEXT)
    field.fill("Good mrning")
    is_fine(field)
    field.press("Enter")
    amara.reads("Good mrning")

    own = amara.page.locator("foyer-message", has=amara.page.get_by_text("Good mrning", exact=True))
    own.hover()
    amara.button("Edit", own).click()
    edited = amara.page.get_by_label("Edit the message")
    for typed, words in ((" ", "Write something or add a file first."), (LONG_TEXT, SHORTEN.format(16384))):
        edited.fill(typed)
        edited.press("Enter")
        is_refused(edited, words)
    edited.fill("Good morning")
    edited.press("Enter")
    amara.reads("Good morning")


@pytest.mark.covers("S2.5", "S2.13", "B9")
def test_what_a_member_does_with_a_case(house, caller, member) -> None:
    caller("Tom", "Dialog").asks(house.team("Radiology"), "A scan", "Hello?")
    amara: Member = member("amara").signs_in()
    amara.claims("Tom Dialog")

    def begins(entry: str, name: str) -> Locator:
        amara.chooses(entry)
        return amara.page.get_by_role("dialog", name=name)

    dialog = begins("Hand over …", "Hand over")
    amara.button("Hand over", dialog).click()
    is_refused(dialog.get_by_role("radio").first, "Choose a colleague or a team.")
    note = dialog.get_by_label("Private note for whoever takes it (optional)")
    dialog.get_by_role("radio").first.check()
    note.fill(LONG_TEXT)
    amara.button("Hand over", dialog).click()
    is_refused(note, SHORTEN.format(16384))
    is_fine(dialog.get_by_role("radio").first)
    assert note.evaluate("(note) => note.closest('label').nextElementSibling.matches('.error')"), "next to the field"
    amara.button("Cancel", dialog).click()

    dialog = begins("Add a colleague …", "Add a colleague")
    amara.button("Add", dialog).click()
    is_refused(dialog.get_by_role("radio").first, "Choose a colleague.")
    amara.button("Cancel", dialog).click()

    dialog = begins("Snooze …", "Snooze")
    amara.button("Snooze", dialog).click()
    is_refused(dialog.get_by_role("radio").first, "Choose a time.")
    when = dialog.get_by_label("Another time").last
    for typed, words in (
        ("2001-01-01T00:00", "Choose a time that is still to come."),
        ("2999-01-01T00:00", "Choose a later time, within what your team allows."),
    ):
        when.fill(typed)
        amara.button("Snooze", dialog).click()
        is_refused(when, words)
    amara.button("Cancel", dialog).click()

    dialog = begins("Close without consent …", "Close without the guest’s consent")
    reason = dialog.get_by_label("Reason, for the team")
    for typed, words in (
        (" ", "Give a reason: your team reads it later."),
        (LONG_LINE, SHORTEN.format(1024)),
    ):
        reason.fill(typed)
        amara.button("Close it", dialog).click()
        is_refused(reason, words)
    reason.fill("<img src=x onerror=document.title='broken'>")
    amara.button("Close it", dialog).click()
    expect(dialog).to_have_count(0)
    expect(amara.status).to_contain_text("Closed")
    assert amara.page.title() != "broken"
