"""A guest's chats: how one begins, what can be done in it, and how it ends."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from support.fields import error_of
from support.house import DAY, HOUR, House
from support.people import DESK, Guest

_BORN = {"Date of birth": "10 December 1815"}
_LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def desk(house):
    return house.team("Front desk")


@pytest.fixture(scope="module")
def radiology(house):
    return house.team("Radiology")


def goes_to(house: House, weekday: int, hour: int) -> None:
    """Lets time go by until it is that hour of that day (Monday is 0) in London."""
    now = datetime.fromtimestamp(house.now() / 1000, _LONDON)
    day = now.date() + timedelta(days=(weekday - now.weekday()) % 7)
    wanted = datetime.combine(day, time(hour), _LONDON)
    if wanted <= now:
        wanted = datetime.combine(day + timedelta(days=7), time(hour), _LONDON)
    house.advance(int(wanted.timestamp() - now.timestamp()) + 1)


def closes(guest: Guest) -> None:
    guest.button("Close chat").first.click()
    guest.button("Close chat", guest.page.get_by_role("dialog", name="Close this chat?")).click()


@pytest.mark.covers("S0.8", "S0.10", "S0.11", "S0.12", "S0.13", "S1.4", "S1.5", "S1.6", "S1.7", "S2.11")
def test_a_chat_begins_with_a_category_and_what_the_team_asks_for(house, guest, desk):
    goes_to(house, weekday=1, hour=10)
    ada = guest(viewport=DESK).signs_in(desk)
    about = ada.page.get_by_label("What is it about?")
    offered = ["Please choose …", "Appointment", "Missing report", "Bill or insurance", "Something else"]
    expect(about.get_by_role("option")).to_have_text(offered)
    ada.button("Next").click()
    expect(error_of(about)).to_have_text("Please choose what it is about.")
    about.select_option(label="Missing report")
    ada.button("Next").click()

    name, contact = ada.page.get_by_label("Full name"), ada.page.get_by_label("Phone or e-mail")
    born, provider = ada.page.get_by_label("Date of birth"), ada.page.get_by_label("Provider number")
    expect(name).to_have_value("Ada Lovelace")
    expect(contact).to_have_value(ada.e164)
    expect(born).to_have_attribute("aria-required", "true")
    expect(ada.page.get_by_text("Provider number optional")).to_be_visible()
    name.fill(" ")
    ada.button("Start the chat").click()
    for field in (name, born):
        expect(error_of(field)).to_have_text("Please fill this in.")
    for field in (contact, provider):
        expect(error_of(field)).to_be_hidden()
    expect(name).to_be_focused()
    name.fill("Ada King")
    born.fill("10 December 1815")
    ada.button("Start the chat").click()

    ada.reads("You started this chat: Missing report")
    ada.page.get_by_text("Your details", exact=True).click()
    for said in ("Ada King", ada.e164, "10 December 1815"):
        ada.reads(said)
    expect(ada.page.get_by_role("region", name="Conversation")).not_to_contain_text("Provider number")
    ada.reads(
        "Please tell us when and where you were examined, and who was to get the report. Most reports are found within "
        "an hour."
    )
    expect(ada.page.get_by_text("Front desk (automatic)")).to_be_visible()
    expect(ada.page.get_by_role("main")).to_contain_text("Usually answered within 10 minutes")

    ada.button("Back").click()
    ada.button("Start a new chat").click()
    ada.starts("Appointment", _BORN)
    ada.reads(
        "Thank you for writing to us. Somebody from the front desk will answer you here. You will probably wait for "
        "about 10 minutes."
    )


@pytest.mark.covers("S0.1", "S0.10", "S2.11")
def test_at_night_the_automatic_message_and_the_hours_say_so(house, guest, desk):
    goes_to(house, weekday=1, hour=22)
    ada = guest(viewport=DESK).opens(desk)
    beside = ada.page.get_by_role("complementary", name="About this team")
    expect(beside.get_by_role("term")).to_have_text(["Mon – Thu", "Fri", "Sat", "Sun"])
    hours = ["08:00 – 18:00", "08:00 – 16:00", "09:00 – 12:00", "closed"]
    expect(beside.get_by_role("definition")).to_have_text(hours)
    expect(ada.page.get_by_role("main")).to_contain_text("Closed, opens")
    ada.identifies()
    ada.starts("Something else", _BORN)
    expect(ada.page.get_by_role("region", name="Conversation")).to_contain_text("We are closed at the moment")
    ada.writes("Then tomorrow.")
    ada.mark("Then tomorrow.", "Sent")


@pytest.mark.covers("S0.9", "S0.10", "S1.3", "S1.4")
def test_where_a_team_has_no_categories_the_guest_types_a_subject(guest, radiology):
    ada = guest().signs_in(radiology)
    ada.button("Next").click()
    expect(error_of(ada.page.get_by_label("What is it about?"))).to_have_text("Please write a few words.")
    ada.starts("My knee, and my other knee", {})
    ada.reads("You started this chat: My knee, and my other knee")
    ada.reads("Radiology is here around the clock. Somebody will be with you shortly.")
    expect(ada.page.get_by_role("heading", name="My knee, and my other knee")).to_be_visible()


@pytest.mark.covers("S1.7")
def test_who_comes_back_finds_name_and_contact_filled_in_as_well(guest, desk):
    ada = guest().signs_in(desk)
    ada.page.reload()
    ada.page.get_by_label("What is it about?").select_option(label="Appointment")
    ada.button("Next").click()
    expect(ada.page.get_by_label("Full name")).to_have_value("Ada Lovelace")
    expect(ada.page.get_by_label("Phone or e-mail")).to_have_value(ada.e164)
    # Half-way through, the form is still there after another reload.
    ada.page.reload()
    ada.button("Appointment", exact=False).click()
    expect(ada.page.get_by_label("Phone or e-mail")).to_have_value(ada.e164)
    ada.page.get_by_label("Date of birth").fill("10 December 1815")
    ada.button("Start the chat").click()
    expect(ada.page.get_by_label("Message", exact=True)).to_be_visible()


@pytest.mark.covers("S0.1", "S1.8", "B5", "R3")
def test_a_message_tells_how_far_it_has_come(guest, member, radiology):
    ada = guest("Mary", "Somerville").signs_in(radiology)
    ada.starts("My scan", {})
    ada.goes_offline()
    ada.writes("Is it ready?")
    ada.mark("Is it ready?", "Sending")
    ada.comes_online()
    ada.mark("Is it ready?", "Sent")
    # What is loaded later is loaded when the line is back, too.
    expect(ada.button("Attach files")).to_be_visible()

    amara = member("amara").signs_in()
    amara.looks_away()
    amara.claims("Mary Somerville")
    amara.reads("Is it ready?")
    ada.mark("Is it ready?", "Delivered")
    amara.looks_back()
    ada.mark("Is it ready?", "Seen")


@pytest.mark.covers("S0.1", "B5")
def test_a_message_can_be_edited_and_deleted(guest, member, radiology):
    ada = guest("Sofia", "Kovalevskaya").signs_in(radiology)
    ada.starts("My scan", {})
    for text in ("Is it redy?", "Not for your eyes"):
        ada.writes(text)
        ada.mark(text, "Sent")
    amara = member("amara").signs_in().opens("Sofia Kovalevskaya")
    amara.reads("Not for your eyes")

    ada.button("Edit or delete this message", ada.message("Is it redy?")).click()
    ada.button("Edit", ada.message("Is it redy?")).click()
    expect(ada.page.get_by_label("Message", exact=True)).to_have_value("Is it redy?")
    ada.writes("Is it ready?")
    ada.mark("Is it ready?", "edited")
    ada.button("Edit or delete this message", ada.message("Not for your eyes")).click()
    ada.button("Delete", ada.message("Not for your eyes")).click()
    ada.button("Delete", ada.page.get_by_role("dialog", name="Delete this message?")).click()
    ada.reads("You deleted this message")
    expected = ["Is it ready?", "You deleted this message"]
    assert ada.texts()[-2:] == expected
    amara.reads("Is it ready?")
    amara.reads("This message was deleted")
    assert amara.texts()[-2:] == ["Is it ready?", "This message was deleted"]
    ada.page.reload()
    ada.reads("You deleted this message")
    assert ada.texts()[-2:] == expected
    expect(ada.page.get_by_text("Not for your eyes")).to_have_count(0)


@pytest.mark.covers("S0.19", "S0.20", "S0.25", "S1.3", "S1.12", "S1.13", "S1.17", "R5")
def test_a_guest_keeps_a_chat_open_closes_it_and_finds_it_again(guest, member, radiology):
    ada = guest("Emmy", "Noether").signs_in(radiology)
    ada.starts("First question", {})
    ada.writes("Nobody is here yet.")
    ada.mark("Nobody is here yet.", "Sent")
    closes(ada)
    ada.reads("You closed this chat.")

    ada.button("Start a new chat").click()
    ada.starts("Second question", {})
    ada.writes("Are you here now?")
    amara = member("amara").signs_in().claims("Emmy Noether")
    amara.chooses("Ask to close")
    ask = ada.page.get_by_role("group", name="Close request")
    ada.button("Keep it open", ask).click()
    ada.reads("You kept the chat open")
    expect(ask).to_have_count(0)
    amara.chooses("Ask to close")
    expect(ask).to_be_visible()

    menu = ada.opens_menu()
    ongoing = menu.locator("section").filter(has=ada.page.get_by_role("heading", name="Ongoing"))
    over = menu.locator("section").filter(has=ada.page.get_by_role("heading", name="Closed"))
    expect(ongoing.get_by_role("button")).to_have_text(re.compile("Second question"))
    expect(over.get_by_role("button")).to_have_text(re.compile("First question"))
    over.get_by_role("button").click()
    ada.reads("Nobody is here yet.")
    ada.button("Back").click()
    expect(ada.page.get_by_role("heading", name="Hello, Emmy")).to_be_visible()
    ada.button("Second question", exact=False).click()
    ada.button("Close chat", ask).click()
    ada.reads("You closed this chat.")
    menu = ada.opens_menu()
    expect(over.get_by_role("button")).to_have_count(2)
    expect(menu).to_contain_text("No chat is open.")


@pytest.mark.covers("S0.21", "S1.14", "R2", "R5")
def test_after_seven_days_without_action_a_chat_closes_itself_and_a_day_before_it_says_so(
    house, guest, member, radiology
):
    ada = guest("Hypatia", "Theonos").signs_in(radiology)
    ada.starts("An old question", {})
    ada.writes("Take your time.")
    member("amara").signs_in().claims("Hypatia Theonos").writes("We shall.")
    ada.reads("We shall.")

    house.advance(6 * DAY - HOUR)
    ada.writes("Do not hurry, I said.")
    ada.mark("Do not hurry, I said.", "Sent")
    house.advance(6 * DAY - HOUR)
    conversation = ada.page.get_by_role("region", name="Conversation")
    expect(conversation).not_to_contain_text("closes by itself")
    house.advance(2 * HOUR)
    says_when = re.compile(r"^If nothing happens, this chat closes by itself (tomorrow|on [\w ]+) at \d+:\d\d")
    expect(conversation.get_by_text(says_when)).to_be_visible()
    ada.page.reload()
    expect(conversation.get_by_text(says_when)).to_be_visible()
    house.advance(DAY - 2 * HOUR)
    expect(conversation).not_to_contain_text("This chat closed by itself")
    house.advance(2 * HOUR)
    ada.reads("This chat closed by itself, because nothing had happened for a while.")
    assert "Do not hurry, I said." in ada.texts()

    expect(ada.page.get_by_placeholder("Write to reopen this chat")).to_be_visible()
    ada.writes("Here I am again.")
    ada.reads("You reopened the chat")
    ada.mark("Here I am again.", "Sent")
    expect(ada.page.get_by_role("main")).to_contain_text("Waiting for the team")


@pytest.mark.covers("S0.21", "S1.14", "R2")
def test_a_chat_that_nobody_ever_answered_says_so_when_it_closes_itself(house, guest, radiology):
    ada = guest("Caroline", "Herschel").signs_in(radiology)
    ada.starts("A comet", {})
    ada.writes("Does anybody see it?")
    ada.mark("Does anybody see it?", "Sent")
    # In two steps: who could not be warned in time is warned late, and has the whole day all the same.
    house.advance(6 * DAY + HOUR)
    expect(ada.page.get_by_role("region", name="Conversation")).to_contain_text("If nothing happens, this chat closes")
    house.advance(DAY + HOUR)
    ada.reads("We are sorry: nobody answered in time, and this chat closed by itself.")


@pytest.mark.covers("R5")
def test_after_the_window_a_closed_chat_can_be_read_and_another_one_begun(house, guest, radiology):
    ada = guest("Maria", "Mitchell").signs_in(radiology)
    ada.starts("Another comet", {})
    ada.writes("I found one.")
    ada.mark("I found one.", "Sent")
    closes(ada)
    ada.reads("You closed this chat.")
    house.advance(14 * DAY + HOUR)
    ada.writes("And one more.")
    ada.reads("This conversation was closed a while ago. Please start a new one.")
    ada.mark("And one more.", "Not sent")
    ada.button("Discard").click()
    ada.page.reload()
    ada.reads("I found one.")
    ada.sees("You closed this chat. You can still read it.")
    expect(ada.page.get_by_label("Message", exact=True)).to_have_count(0)
    ada.button("Start a new chat").click()
    expect(ada.page.get_by_label("What is it about?")).to_be_visible()


@pytest.mark.covers("S0.4", "S0.7", "S1.3")
def test_a_link_to_a_chat_asks_who_is_there_and_leads_to_it(house, guest, radiology):
    ada = guest("Lise", "Meitner").signs_in(radiology)
    ada.starts("A question", {})
    ada.writes("Where does this link lead?")
    ada.mark("Where does this link lead?", "Sent")

    house.advance(60)
    elsewhere = guest("Lise", "Meitner", phone=ada.phone).opens(radiology, ada.case)
    # The link knows whose chat it is; it opens nothing before the code.
    expect(elsewhere.page.get_by_label("First name")).to_have_count(0)
    elsewhere.button("Send me a code").click()
    elsewhere.enters_code(house.code(ada.e164, after=1))
    elsewhere.reads("Where does this link lead?")
    assert elsewhere.case == ada.case


@pytest.mark.covers("B9")
def test_what_people_write_stays_text_and_links_give_nothing_away(guest, member, radiology):
    markup = "<img src=x onerror=document.title='broken'>"
    ada = guest(f"Rosa {markup}", "<b>Bold</b>").signs_in(radiology)
    ada.starts(f"<script>alert(1)</script> {markup}", {"Referral number": markup})
    ada.writes(f"{markup} javascript:alert(1) https://clinic.example/a?b=<c> https://bank.example@evil.example/")
    said = ada.message("javascript:alert(1)")
    ada.mark("javascript:alert(1)", "Sent")
    expect(ada.page.get_by_role("heading", name=f"<script>alert(1)</script> {markup}")).to_be_visible()

    amara = member("amara").signs_in().opens(f"Rosa {markup} <b>Bold</b>")
    heard = amara.page.locator("foyer-message").filter(has_text="javascript:alert(1)")
    for side, message in ((ada, said), (amara, heard)):
        link = message.get_by_role("link")
        expect(link).to_have_count(1)
        expect(link).to_have_attribute("href", "https://clinic.example/a?b=")
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", re.compile(r"^(?=.*\bnoopener\b)(?=.*\bnoreferrer\b)"))
        expect(side.page.locator("img[src=x], b:text('Bold'), main script")).to_have_count(0)
        assert side.page.title() != "broken"
    menu = ada.opens_menu()
    expect(menu).to_contain_text(f"Signed in as Rosa {markup} <b>Bold</b>")
