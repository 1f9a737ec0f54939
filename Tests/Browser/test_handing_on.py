"""Work goes from hand to hand, and nobody sees it who has no part in it."""

import pytest
from playwright.sync_api import Locator, expect

from support.people import Member

BEN = "Ben Whitfield"
WILHELMINA = "Wilhelmina Katharina von Hohenberg-Featherstonehaugh"
BIRTH = {"Date of birth": "1 May 1980"}


def person(member: Member, name: str) -> Locator:
    """Somebody who works on the open case, in the panel beside it."""
    return member.page.locator("ul.people li", has_text=name)


def knows_nothing_of(member: Member, name: str, case: str, view: str = "All") -> None:
    """Neither in a list nor by the case's address."""
    member.view(view)
    expect(member.row(name)).to_have_count(0)
    member.page.goto(f"{member.house.http_url}/dashboard#/all/{case}")
    expect(member.page.locator("h2.case-name")).to_have_text("Not found")
    expect(member.page.get_by_role("log", name="Conversation").locator("foyer-message")).to_have_count(0)


@pytest.mark.covers("S2.5", "S2.6", "S2.9")
def test_a_case_goes_to_a_colleague_with_a_note_that_the_guest_never_reads(house, guest, member):
    ada = guest("Hanna", "Over").signs_in(house.team("Front desk"))
    ada.starts("Bill or insurance", BIRTH)
    ada.writes("Who pays this?")
    ben, wilhelmina = member("ben").signs_in(), member("wilhelmina").signs_in()
    ben.claims("Hanna Over")
    ben.hands_over(WILHELMINA, "She is insured abroad.")
    expect(ben.status).to_contain_text(f"with {WILHELMINA}")
    expect(ben.page.get_by_label("Reply to the guest")).to_be_hidden()

    wilhelmina.opens("Hanna Over", "Mine")
    wilhelmina.reads("She is insured abroad.")
    wilhelmina.reads(f"{BEN} handed it to you")
    wilhelmina.writes("Your insurer does.")
    ada.reads("Your insurer does.")
    ada.reads(f"The team passed your chat to {WILHELMINA}")
    assert "insured abroad" not in ada.page.content()

    # At its end the transfer ends: what comes after is the whole team's again (S2.6, "for the length of that
    # conversation").
    wilhelmina.chooses("Ask to close")
    ada.button("Close chat", ada.page.get_by_role("group", name="Close request")).click()
    wilhelmina.reads("Hanna Over closed the chat, as it was asked for")
    ada.writes("And the second bill?")
    ben.opens("Hanna Over", "Unassigned")
    expect(ben.status).to_contain_text("Waiting")
    ben.claims("Hanna Over")
    wilhelmina.view("Mine")
    expect(wilhelmina.row("Hanna Over")).to_have_count(0)


@pytest.mark.covers("S2.2", "S2.6", "S2.9")
def test_a_case_goes_to_another_team_which_saw_nothing_of_it_before(house, guest, member):
    ada = guest("Tina", "Team").signs_in(house.team("Front desk"))
    ada.starts("Something else", BIRTH)
    ada.writes("Can you look at my X-ray?")
    ben, nour = member("ben").signs_in(), member("nour").signs_in()
    knows_nothing_of(nour, "Tina Team", ada.case)
    ben.claims("Tina Team")
    ben.hands_over("Radiology", "An X-ray of 2024.")
    ada.reads("The team will go on with your chat")

    nour.opens("Tina Team", "Unassigned")
    nour.reads("An X-ray of 2024.")
    nour.reads("Can you look at my X-ray?")
    nour.claims("Tina Team")
    nour.writes("I am looking at it.")
    ada.reads("I am looking at it.")
    assert "X-ray of 2024" not in ada.page.content()
    ben.view("All")
    expect(ben.row("Tina Team")).to_have_count(0)
    assert "I am looking at it." not in ben.page.content()
    ben.page.reload()
    knows_nothing_of(ben, "Tina Team", ada.case)


@pytest.mark.covers("S2.2", "S2.5", "S2.7")
def test_colleagues_join_and_leave_and_are_removed_when_all_is_done(house, guest, member):
    ada = guest("Paul", "Parts").signs_in(house.team("Front desk"))
    ada.starts("Appointment", BIRTH)
    ada.writes("A difficult question")
    ben, wilhelmina, amara = (member(name).signs_in() for name in ("ben", "wilhelmina", "amara"))
    ben.claims("Paul Parts")
    ben.adds(WILHELMINA)
    ben.adds("Amara Okafor")
    ada.reads(f"{WILHELMINA} joined the chat")
    wilhelmina.opens("Paul Parts", "Mine")
    wilhelmina.writes("I know a little of it.")
    amara.opens("Paul Parts", "Mine")
    amara.writes("And I know the rest.")
    ada.reads("I know a little of it.")
    ada.reads("And I know the rest.")

    # One leaves by herself, the other is removed; then the handling member leaves, too.
    wilhelmina.chooses("Leave")
    ada.reads(f"{WILHELMINA} left the chat")
    wilhelmina.view("Mine")
    expect(wilhelmina.row("Paul Parts")).to_have_count(0)
    ben.button("Remove Amara Okafor", person(ben, "Amara Okafor")).click()
    ada.reads("Amara Okafor left the chat")
    amara.view("Mine")
    expect(amara.row("Paul Parts")).to_have_count(0)
    ben.chooses("Back to the queue")
    ada.reads("The team will go on with your chat")
    ben.finds("Paul Parts", "Unassigned")
    ben.view("Mine")
    expect(ben.page.get_by_role("list", name="Mine").get_by_text("Paul Parts")).to_have_count(0)
