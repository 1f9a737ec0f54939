"""Settings: what an administrator changes on the dashboard, and what guests and members who are there see of it."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, expect

from support.people import DESK, Member

PHONE = {"width": 390, "height": 780}


@pytest.fixture
def amara(member: Callable[..., Member]) -> Member:
    return member("amara").signs_in()


def goes(who: Member, *places: str) -> Locator:
    """To a part of the settings, by the list beside it."""
    there = who.page.get_by_role("link", name="Settings", exact=True)
    expect(there.or_(who.page.get_by_role("link", name="Back to the inbox"))).to_be_visible()
    if there.is_visible():
        there.click()
    nav = who.page.get_by_role("navigation", name="Settings")
    for place in places:
        nav.get_by_role("link", name=place, exact=True).click()
    page = who.page.locator(".settings-page")
    expect(page.locator("h2")).to_be_visible()
    expect(page.get_by_text("Loading …")).to_have_count(0)
    return page


def saves(who: Member) -> None:
    who.button("Save").click()
    expect(who.page.locator(".sheet-state")).to_have_text("Saved")


@pytest.mark.covers("S2.1")
def test_only_administrators_see_settings(member):
    ben = member("ben").signs_in()
    expect(ben.page.get_by_role("link", name="Settings", exact=True)).to_be_hidden()
    loaded: list[str] = []
    ben.page.on("request", lambda request: loaded.append(request.url))
    ben.page.evaluate("location.hash = '#/settings/members'")
    expect(ben.page.get_by_role("searchbox")).to_be_visible()
    expect(ben.page.get_by_role("navigation", name="Settings")).to_have_count(0)
    assert not [url for url in loaded if "/settings" in url]


@pytest.mark.covers("S0.8")
def test_categories_reach_an_open_page_and_what_was_chosen_stays(house, amara, guest):
    ada = guest("Ada", "Chooses").signs_in(house.team("Front desk"))
    about = ada.desk.get_by_label("What is it about?")
    about.select_option(label="Missing report")
    page = goes(amara, "Front desk", "Categories")
    amara.button("Add a category").click()
    page.get_by_label("Category").last.fill("Referral")
    # By the keyboard alone, to the top.
    up = page.get_by_role("button", name="Move up").last
    up.focus()
    for _ in range(4):
        amara.page.keyboard.press("Enter")
    expect(page.get_by_label("Category").first).to_have_value("Referral")
    page.get_by_role("button", name="Archive").last.click()
    saves(amara)
    expect(about.locator("option")).to_have_text(
        ["Please choose …", "Referral", "Appointment", "Missing report", "Bill or insurance"]
    )
    expect(about.locator("option:checked")).to_have_text("Missing report")
    archived = page.locator("details.archive")
    archived.locator("summary").click()
    archived.get_by_label("Show “Something else” again").check()
    saves(amara)
    expect(about.locator("option")).to_have_count(6)


@pytest.mark.covers("S2.11")
def test_hours_and_holidays_reach_an_open_page(house, amara, guest):
    ada = guest("Ada", "Waits", viewport=DESK).signs_in(house.team("Front desk"))
    page = goes(amara, "Front desk", "Hours")
    sunday = page.get_by_role("group", name="Sunday")
    sunday.get_by_role("button", name="Sunday: add hours").click()
    sunday.get_by_label("Sunday, from").fill("10:00")
    sunday.get_by_label("Sunday, until").fill("11:30")
    expect(page.locator(".meaning").first).to_contain_text("Sunday 10:00–11:30")
    amara.button("Add a day").click()
    tomorrow = amara.page.evaluate("new Date(Date.now() + 2 * 86400000).toISOString().slice(0, 10)")
    page.get_by_label("Day", exact=True).fill(tomorrow)
    page.get_by_label("Name").fill("Staff training")
    saves(amara)
    about = ada.page.get_by_role("complementary", name="About this team")
    expect(about).to_contain_text("10:00 – 11:30")
    expect(about).to_contain_text("Other hours")
    expect(about.locator('dt[title="Staff training"] + dd')).to_have_text("closed")


@pytest.mark.covers("R9")
def test_safety_texts_are_previewed_and_reach_an_open_page(house, amara, guest):
    ada = guest("Ada", "Reads").signs_in(house.team("Front desk"))
    page = goes(amara, "Safety and privacy")
    page.get_by_label("Not for emergencies").fill("In an emergency call 112 at once.")
    page.get_by_label("Emergency number").fill("112")
    expect(page.locator(".preview-safety")).to_have_text("Not for emergencies. In an emergency call 112 at once.")
    saves(amara)
    expect(ada.page.locator(".screen .safety")).to_contain_text("call 112 at once")


@pytest.mark.covers("S3.25")
def test_a_chat_that_is_switched_off_says_so_on_an_open_page(house, amara, guest):
    ada = guest("Ada", "Begins").signs_in(house.team("Radiology"))
    expect(ada.button("Next")).to_be_visible()
    page = goes(amara, "Radiology")
    page.get_by_label("Guests can start new chats").uncheck()
    saves(amara)
    ada.sees("No new chats can be started at the moment.")
    page.get_by_label("Guests can start new chats").check()
    saves(amara)
    expect(ada.button("Next")).to_be_visible()


def test_a_rule_says_in_a_sentence_what_it_means_and_is_told_its_bounds(amara):
    page = goes(amara, "Front desk", "Rules")
    field = page.get_by_label("Close by itself", exact=True)
    field.fill("3")
    page.get_by_text("A chat in which nothing happens for 3 days closes by itself.").wait_for()
    field.fill("900")
    amara.may_hear("400").button("Save").click()
    wrong = page.locator(".field", has=amara.page.get_by_label("Close by itself", exact=True))
    expect(wrong.locator(".error")).to_contain_text("between 2 hours and 365 days")
    expect(field).to_be_focused()
    expect(field).to_have_value("900")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("4")
    expect(wrong.locator(".error")).to_be_hidden()
    saves(amara)
    amara.page.reload()
    expect(page.get_by_label("Close by itself", exact=True)).to_have_value("4")


def test_what_is_not_saved_is_not_lost_by_leaving(amara):
    page = goes(amara, "Organisation")
    name = page.get_by_label("Name")
    name.fill("Another clinic")
    expect(amara.page.locator(".sheet-state")).to_have_text("Not saved yet")
    amara.page.get_by_role("link", name="Roles").click()
    dialog = amara.page.get_by_role("dialog", name="Leave without saving?")
    amara.button("Cancel", dialog).click()
    expect(name).to_have_value("Another clinic")
    assert amara.page.url.endswith("#/settings") or amara.page.url.endswith("#/settings/organisation")
    amara.page.get_by_role("link", name="Roles").click()
    amara.button("Leave without saving", dialog).click()
    expect(amara.page.locator(".settings-page h2")).to_have_text("Roles")


def test_of_two_administrators_the_later_one_chooses(member, amara):
    other = member("amara").signs_in()
    mine, theirs = goes(amara, "Radiology"), goes(other, "Radiology")
    mine.get_by_label("Phone number that guests see").fill("020 7946 0999")
    theirs.get_by_label("Name", exact=True).fill("X-ray")
    saves(other)
    amara.may_hear("409").button("Save").click()
    expect(mine.locator(".sheet-trouble")).to_contain_text("Somebody else has changed this")
    amara.button("Show what is there now").click()
    expect(mine.get_by_label("Name", exact=True)).to_have_value("X-ray")
    mine.get_by_label("Name", exact=True).fill("Radiology")
    saves(amara)
    # Who has nothing unsaved sees it by itself.
    expect(theirs.get_by_label("Name", exact=True)).to_have_value("Radiology")


@pytest.mark.covers("S0.10", "S0.11")
def test_an_automatic_message_is_shown_as_the_guest_gets_it(house, amara, guest):
    page = goes(amara, "Radiology", "Automatic messages")
    message = page.get_by_label("Message", exact=True)
    message.fill("We are here. You wait for {wait} minutes.")
    expect(page.locator(".preview-message")).to_have_text("We are here.")
    saves(amara)
    goes(amara, "Radiology")
    page.get_by_label("Expected wait").fill("12")
    saves(amara)
    ada = guest("Ada", "Greeted").signs_in(house.team("Radiology"))
    ada.starts("An X-ray", {"Referral number": "R 1"})
    ada.reads("We are here. You wait for 12 minutes.")


@pytest.mark.covers("S0.12", "S0.13")
def test_details_with_a_rule_are_asked_for_as_it_says(house, amara, guest):
    page = goes(amara, "Radiology", "Details asked")
    amara.button("Add a detail").click()
    page.get_by_label("What is asked").last.fill("Insurance")
    page.get_by_label("Kind").last.select_option(label="As in an example")
    page.get_by_label("Example").last.fill("AB-1234")
    page.get_by_label("Mandatory").last.check()
    saves(amara)
    ada = guest("Ada", "Insured").signs_in(house.team("Radiology"))
    ada.desk.get_by_label("What is it about?").fill("An X-ray")
    ada.button("Next").click()
    field = ada.desk.get_by_label("Insurance", exact=False)
    ada.sees("As in AB-1234")
    field.fill("4711")
    ada.button("Start the chat").click()
    ada.sees("This is not written as the team needs it. Check it, and follow the example.")
    field.fill("XY-0001")
    ada.button("Start the chat").click()
    expect(ada.desk.get_by_label("Message", exact=True)).to_be_visible()
    page.get_by_role("button", name="Archive").last.click()
    saves(amara)


@pytest.mark.covers("S0.2", "S0.3", "S0.4")
def test_the_entrance_is_there_to_copy_and_to_print(house, amara):
    page = goes(amara, "Front desk", "Link and QR code")
    amara.context.grant_permissions(["clipboard-read", "clipboard-write"])
    amara.button("Copy the link").click()
    expect(amara.button("Copied")).to_be_visible()
    link = amara.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{house.http_url}/chat/{house.team('Front desk').id}"
    assert f'data-team="{house.team("Front desk").id}"' in page.locator("pre").inner_text()
    picture = page.locator(".qr img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    with amara.page.expect_download() as started:
        page.get_by_role("link", name="Download as PNG").click()
    assert started.value.suggested_filename == "Front desk.png"
    amara.page.emulate_media(media="print")
    expect(page.locator(".poster")).to_be_visible()
    expect(page.locator(".qr")).to_be_hidden()
    amara.page.emulate_media(media="screen")


def test_websites_are_added_and_checked(amara, house):
    page = goes(amara, "Your websites")
    amara.button("Add a website").click()
    field = page.get_by_label("Website")
    field.fill("https://clinic.example/chat")
    amara.may_hear("400").button("Save").click()
    expect(page.locator(".error").first).to_contain_text("https://clinic.example")
    field.fill("https://clinic.example")
    saves(amara)


@pytest.mark.covers("S3.8")
def test_a_member_is_given_another_role_and_is_told_at_once(house, amara, member, caller):
    caller("Rita", "Waits").asks(house.team("Radiology"), "An X-ray", "Hello?", details={"Referral number": "R 2"})
    nour = member("nour").signs_in()
    nour.opens("Rita Waits", "Unassigned")
    expect(nour.button("Claim")).to_be_visible()
    page = goes(amara, "Members")
    page.get_by_role("link", name=re.compile("نور")).click()
    page.get_by_label("Role").select_option(label="Reader")
    saves(amara)
    nour.button("Claim").click()
    expect(nour.page.get_by_text("You may not do this here.").first).to_be_visible()
    page.get_by_label("Can sign in").uncheck()
    saves(amara)
    expect(nour.page.get_by_role("heading", name="Please sign in again")).to_be_visible()
    nour.may_hear("401")
    page.get_by_label("Can sign in").check()
    page.get_by_label("Role").select_option(label="Member")
    saves(amara)
    goes(amara, "Changes")
    expect(page.locator(".changes li").first).to_contain_text("Amara Okafor changed the member")


def test_a_role_of_ones_own(amara):
    page = goes(amara, "Roles")
    amara.button("Add a role").click()
    page.get_by_label("Name").fill("Auditor")
    page.get_by_label("See who has changed what").check()
    saves(amara)
    goes(amara, "Members")
    page.get_by_role("link", name="Ben Whitfield").click()
    expect(page.get_by_label("Role").locator("option")).to_have_text(["Administrator", "Member", "Reader", "Auditor"])


def test_a_new_team_begins_with_its_chat_off(amara):
    goes(amara)
    amara.button("New team").click()
    dialog = amara.page.get_by_role("dialog", name="New team")
    dialog.get_by_label("Name").fill("Physiotherapy")
    amara.button("Make the team", dialog).click()
    page = amara.page.locator(".settings-page")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Physiotherapy")
    expect(page.get_by_label("Guests can start new chats")).not_to_be_checked()


PLACES = [
    "",
    "safety",
    "websites",
    "sign-in",
    "members",
    "roles",
    "changes",
    *(f"teams/TEAM/{part}" for part in ("about", "entrance", "categories", "fields", "welcomes", "hours", "policy")),
]


@pytest.mark.covers("B10")
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_each_part_fits_its_screen_and_names_what_it_shows(house, member, viewport):
    amara = member("amara", viewport=viewport).signs_in()
    for template in PLACES:
        place = template.replace("TEAM", house.team("Front desk").id)
        amara.page.evaluate("place => { location.hash = `#/settings/${place}`; }", place)
        settings = amara.page.locator("main.settings")
        expect(settings).to_be_visible()
        if place:
            expect(settings.locator(".settings-page h2").first).to_be_focused()
        expect(settings.get_by_text("Loading …")).to_have_count(0)
        assert amara.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
        nameless = settings.locator("input:visible, select:visible, textarea:visible, button:visible").evaluate_all(
            """all => all.filter((one) => !(one.ariaLabel || one.labels?.length || one.textContent.trim()))
                .map((one) => one.outerHTML)"""
        )
        assert nameless == [], place
        ids = settings.locator("[id]").evaluate_all("all => all.map((one) => one.id)")
        assert all(one != other for one, other in pairwise(sorted(ids))), place
