"""The lists of a team's cases: what is unread, who waits longest, what was put aside, and what is known of each."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from support.callers import Caller
from support.house import DAY, HOUR, MINUTE, House
from support.people import Member
from support.waiting import wait_until

BIRTH = {"Date of birth": "1 May 1980"}


@pytest.fixture
def front_desk(house: House, caller: Callable[..., Caller]) -> Iterator[Callable[..., Caller]]:
    """Guests of the front desk, whose chats end with the test: the next one begins with an empty inbox."""
    came: list[Caller] = []

    def asks(
        first: str, *texts: str, team: str = "Front desk", topic: str = "Appointment", **options: object
    ) -> Caller:
        came.append(caller(first, "Waits", **options).asks(house.team(team), topic, *texts, details=BIRTH))
        return came[-1]

    yield asks
    for one in came:
        one.closes()


def names(member: Member, heading: str = "Conversations") -> list[str]:
    return member.page.get_by_role("list", name=heading).locator(".row-name").all_inner_texts()


def is_red(badge: Locator) -> bool:
    # An element that was just drawn anew under our hands has no style any more: the one in its place is asked.
    colour = wait_until(
        lambda: badge.evaluate("element => getComputedStyle(element).backgroundColor"), 10, "the badge to have a colour"
    )
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    return red > 150 and red > 2.5 * green and red > 2.5 * blue


@pytest.mark.covers("S2.13", "S3.17", "S3.18")
def test_what_is_unread_is_red_and_bold_and_a_click_opens_and_clears_it(front_desk, member):
    ada = front_desk("Una", "One", "Two", "Three")
    ben = member("ben").signs_in()
    row = ben.finds("Una Waits", "Unassigned")
    badge, name = row.locator(".badge"), row.locator(".row-name")
    expect(badge).to_have_text("3 unread")
    assert is_red(badge)
    expect(name).to_have_css("font-weight", re.compile("[67]00"))
    tab = ben.page.get_by_role("navigation", name="Lists").get_by_role("link", name=re.compile("^Unassigned"))
    expect(tab).to_contain_text("1, 1 unread")

    ben.opens("Una Waits")
    ben.reads("Three")
    expect(badge).to_be_hidden()
    expect(name).to_have_css("font-weight", re.compile("[345]00"))
    expect(tab).to_have_text("Unassigned1")

    # While it is not looked at, it counts again; above 15 nobody counts.
    ben.page.goto(ben.page.url.split("#")[0] + "#/unassigned")
    expect(ben.page.locator("h2.case-name")).to_be_hidden()
    ada.writes("Four")
    expect(badge).to_have_text("1 unread")
    ada.writes(*(str(number) for number in range(5, 21)))
    expect(badge).to_have_text("15+ unread")


@pytest.mark.covers("S2.13", "S2.14")
def test_each_list_shows_its_own_and_a_member_has_both_at_once(front_desk, member):
    front_desk("Mia", "Mine, please")
    front_desk("Quinn", "Anybody?")
    other = front_desk("Olga", "A colleague's")
    x_ray = front_desk("Xenia", "An X-ray", team="Radiology", topic="X-ray")
    ben, wilhelmina = member("ben").signs_in(), member("wilhelmina").signs_in()
    wilhelmina.opens("Olga Waits", "Unassigned")
    wilhelmina.button("Claim").click()
    ben.claims("Mia Waits")

    # The personal view and the team's queue stand above each other.
    ben.view("Mine")
    expect(ben.page.get_by_role("list", name="Mine").locator(".row-name")).to_have_text(["Mia Waits"])
    expect(ben.page.get_by_role("list", name="Waiting for the team").locator(".row-name")).to_have_text(["Quinn Waits"])
    ben.view("Unassigned")
    expect(ben.page.get_by_role("list", name="Conversations").locator(".row-name")).to_have_text(["Quinn Waits"])
    ben.view("All")
    expect(ben.page.locator(".row-name:visible")).to_have_count(3)
    assert sorted(names(ben)) == ["Mia Waits", "Olga Waits", "Quinn Waits"]
    expect(ben.row("Olga Waits")).to_contain_text("Wilhelmina")

    # Whoever works for two teams sees both, or the one they choose.
    wilhelmina.view("All")
    expect(wilhelmina.row("Xenia Waits")).to_contain_text("Radiology")
    assert len(names(wilhelmina)) == 4
    wilhelmina.page.get_by_label("Team", exact=True).select_option("Radiology")
    expect(wilhelmina.page.locator(".row-name:visible")).to_have_text(["Xenia Waits"])
    wilhelmina.page.get_by_label("Team", exact=True).select_option("Front desk")
    expect(wilhelmina.page.locator(".row-name:visible")).to_have_count(3)
    wilhelmina.page.get_by_role("searchbox").fill("qui")
    expect(wilhelmina.page.locator(".row-name:visible")).to_have_text(["Quinn Waits"])
    assert other.case != x_ray.case


@pytest.mark.covers("S2.13")
def test_whoever_waits_longest_is_on_top_and_warnings_come_as_time_passes(house, front_desk, member):
    front_desk("First", "I was here first")
    ben = member("ben").signs_in()
    house.advance(3 * MINUTE)
    front_desk("Second", "I came later")
    ben.view("Unassigned")
    expect(ben.page.locator(".row-name:visible")).to_have_text(["First Waits", "Second Waits"])
    expect(ben.page.locator(".row-alert")).to_have_count(0)

    house.advance(2 * MINUTE + 5)
    alert = ben.row("First Waits").locator(".row-alert")
    expect(alert).to_have_text("No answer yet")
    expect(ben.row("Second Waits").locator(".row-alert")).to_have_count(0)
    # Half an hour without doing anything would sign Ben out.
    amara = member("amara").signs_in().view("Unassigned")
    house.advance(25 * MINUTE)
    expect(amara.row("First Waits").locator(".row-alert")).to_have_text("Supervisors alerted")
    amara.opens("First Waits", "Unassigned")
    # What became of the letters about it stands behind.
    conversation = amara.page.locator("foyer-conversation")
    for words in ("Nobody has answered yet: team alerted", "Still no answer: supervisors alerted"):
        expect(conversation).to_contain_text(words)
    expect(amara.status).to_contain_text("Supervisors alerted")

    # An answer ends the waiting: the other one is on top now, and the answered one last.
    amara.claims("First Waits")
    amara.writes("Good morning!")
    amara.view("All")
    expect(amara.page.locator(".row-name:visible")).to_have_text(["Second Waits", "First Waits"])
    expect(amara.row("First Waits").locator(".row-alert")).to_have_count(0)


@pytest.mark.covers("S2.13")
def test_closed_cases_come_page_by_page_newest_first(house, caller, member):
    patient = caller("Paula", "Pages")
    for number in range(32):
        patient.asks(house.team("Radiology"), f"Question {number}").closes()
    nour = member("nour").signs_in()
    nour.view("Closed")
    topics = nour.page.locator("a.row:visible", has_text="Paula Pages").locator(".row-topic")
    expect(topics).to_have_count(30)
    expect(topics.first).to_have_text("Question 31")
    nour.button("Show more").click()
    expect(topics).to_have_count(32)
    expect(topics.last).to_have_text("Question 0")
    expect(nour.button("Show more")).to_have_count(0)
    topics.last.click()
    nour.reads("Paula Pages closed the chat")


@pytest.mark.covers("B4", "B5", "R3")
def test_marks_presence_and_typing_go_both_ways(house, guest, member):
    ada = guest("Mark", "Marks").signs_in(house.team("Radiology"))
    ada.starts("Marks", {})
    ada.writes("Hello?")
    ada.mark("Hello?", "Sent")
    nour, christina = member("nour").signs_in(), member("christina").signs_in()
    nour.claims("Mark Marks")
    ada.mark("Hello?", "Seen")
    expect(nour.status).to_contain_text("Guest here now")

    # Another page of hers is open, but not this chat's: the message has come, and nobody has seen it.
    ada.button("Back").click()
    expect(ada.page.get_by_role("heading", name="Hello, Mark")).to_be_visible()
    nour.writes("Good morning")
    nour.mark("Good morning", "Sent")
    ada.page.get_by_role("button", name=re.compile("^Marks")).click()
    nour.mark("Good morning", "Seen by the guest")

    # Typing, of the guest, of a member, and of a colleague.
    ada.page.get_by_label("Message", exact=True).press_sequentially("I w")
    expect(nour.page.locator("p.typing")).to_contain_text("Mark Marks is writing")
    nour.page.get_by_label("Reply to the guest").press_sequentially("Y")
    expect(ada.page.locator("p.typing")).to_contain_text("نور الهدى عبد الرحمن")
    christina.opens("Mark Marks", "All")
    expect(nour.page.locator("ul.people li", has_text="Χριστίνα")).to_contain_text("is reading, here now")
    christina.button("Private note").click()
    christina.page.get_by_label("Private note: only your team sees it").press_sequentially("psst")
    expect(nour.page.locator("p.typing")).to_contain_text("Χριστίνα Παπαδοπούλου")
    expect(nour.page.locator("p.typing")).to_contain_text("a private note")
    expect(ada.page.locator("p.typing")).not_to_contain_text("Χριστίνα")

    christina.context.close()
    expect(nour.page.locator("ul.people li", has_text="Χριστίνα")).to_have_count(0, timeout=45_000)
    ada.context.close()
    expect(nour.status).to_contain_text("Guest away", timeout=45_000)


@pytest.mark.covers("S0.12", "B6")
def test_beside_the_chat_stand_the_guest_earlier_cases_and_the_timeline(house, caller, member):
    patient = caller("Edith", "Earlier").asks(house.team("Front desk"), "Missing report", "Where?", details=BIRTH)
    earlier = patient.case
    patient.closes()
    patient.asks(house.team("Front desk"), "Bill or insurance", "How much?", details={"Date of birth": "2 June 1990"})
    ben = member("ben").signs_in()
    ben.claims("Edith Earlier")
    panel = ben.page.get_by_role("region", name="About this conversation")
    for words in ("Edith Earlier", patient.contact, "Date of birth", "2 June 1990", "Front desk", "Bill or insurance"):
        expect(panel.get_by_text(words, exact=True).first).to_be_visible()
    expect(panel).not_to_contain_text("1 May 1980")
    panel.get_by_role("link", name=re.compile("^Missing report")).click()
    expect(panel.get_by_text("1 May 1980")).to_be_visible()
    assert earlier in ben.page.url
    ben.reads("Edith Earlier closed the chat")

    ben.opens("Edith Earlier", "Mine")
    ben.page.get_by_role("link", name="Timeline", exact=True).click()
    ahead = panel.locator("ol.ahead li")
    expect(ahead).to_contain_text("Closes by itself unless something happens")
    week = ahead.locator("time").get_attribute("datetime")
    assert week is not None
    closes_at = ben.page.evaluate("text => Date.parse(text)", week)
    assert abs(closes_at - house.now() - 7 * DAY * 1000) < MINUTE * 1000
    lines = panel.locator("ol.timeline:not(.ahead) .line-words")
    expect(lines.filter(has_text="You claimed the conversation")).to_be_visible()
    expect(lines.filter(has_text="Edith Earlier opened the conversation")).to_be_visible()
    ben.chooses("Ask to close")
    expect(lines.filter(has_text="You asked the guest to close the chat")).to_be_visible()
    expect(ahead).to_contain_text("Closes by itself unless the guest keeps it open")


@pytest.mark.covers("S2.13")
def test_a_snoozed_case_comes_back_by_itself_or_with_the_guest(house, front_desk, member):
    ada = front_desk("Sam", "Later is fine")
    ben = member("ben").signs_in()
    ben.claims("Sam Waits")
    ben.writes("I look it up.")
    ben.chooses("Snooze …")
    dialog = ben.page.get_by_role("dialog", name="Snooze")
    ben.button("Snooze", dialog).click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose a time.")
    dialog.get_by_role("radio", name="1 hour").check()
    ben.button("Snooze", dialog).click()
    expect(ben.status).to_contain_text("Snoozed")
    ben.page.get_by_role("link", name="Timeline", exact=True).click()
    expect(ben.page.locator("ol.ahead")).to_contain_text("Comes back from its snooze")

    # It wakes although nobody is signed in any more.
    house.advance(HOUR + MINUTE)
    expect(ben.page.get_by_role("dialog", name="Please sign in again")).to_be_visible()
    ben.gives_password()
    expect(ben.status).to_contain_text("In progress")
    ben.reads("The snooze is over")

    ben.chooses("Snooze …")
    dialog.get_by_role("radio", name="In a week").check()
    ben.button("Snooze", dialog).click()
    expect(ben.status).to_contain_text("Snoozed")
    ada.writes("It is urgent now!")
    expect(ben.status).to_contain_text("In progress")
    ben.reads("Woken: the guest wrote")
    ben.chooses("Snooze …")
    dialog.get_by_role("radio", name="3 hours").check()
    ben.button("Snooze", dialog).click()
    ben.button("Wake").click()
    ben.reads("You woke it")
