"""Who takes a waiting case, and who gets it when its member vanishes."""

import re

import pytest
from playwright.sync_api import expect

from support.held_socket import HeldSocket
from support.house import MINUTE
from support.waiting import wait_until

# A name that is written from the right stands apart from the sentence around it.
NOUR = "\u2068نور الهدى عبد الرحمن\u2069"
NAMES = {"ben": "Ben Whitfield", "wilhelmina": "Wilhelmina Katharina von Hohenberg-Featherstonehaugh"}


@pytest.mark.covers("S0.14", "S1.8", "S2.9", "S2.13", "B3")
def test_of_two_who_claim_at_the_same_moment_one_wins_and_the_other_is_told_by_whom(house, caller, member):
    caller("Two", "Hands").asks(house.team("Front desk"), "Appointment", "Who takes this?")
    people = {name: member(name) for name in NAMES}
    sockets = {name: HeldSocket(person.page) for name, person in people.items()}
    for person in people.values():
        person.signs_in()
        person.opens("Two Hands", "Unassigned")
        expect(person.button("Claim")).to_be_visible()

    # Neither page hears of the other's claim before its own has gone out.
    for socket in sockets.values():
        socket.hold()
    for person in people.values():
        person.button("Claim").click()
    for socket in sockets.values():
        wait_until(
            lambda socket=socket: (people["ben"].page.title(), any('"claim"' in one for one in socket.commands))[1],
            10,
            "the claim",
        )
        socket.let_go()

    for person in people.values():
        expect(person.status).to_have_text(re.compile("with "))
    (winner,) = [name for name, person in people.items() if "with you" in person.status.inner_text()]
    (loser,) = NAMES.keys() - {winner}
    expect(people[loser].page.get_by_role("alert").filter(has_text="Claim:")).to_have_text(
        f"Claim: {NAMES[winner]} was first and has this conversation."
    )
    expect(people[loser].status).to_contain_text(f"with {NAMES[winner]}")
    expect(people[loser].page.get_by_label("Reply to the guest")).to_be_hidden()
    people[winner].finds("Two Hands", "Mine")

    # Given back, it waits in the queue again, and whoever lost can have it.
    people[winner].chooses("Back to the queue")
    people[loser].finds("Two Hands", "Unassigned")
    people[loser].claims("Two Hands")
    expect(people[winner].status).to_contain_text(f"with {NAMES[loser]}")


@pytest.mark.covers("S2.13", "B3", "B4")
def test_a_member_who_vanishes_gives_the_case_back(house, guest, member):
    ada = guest("Vera", "Vanished").signs_in(house.team("Radiology"))
    ada.starts("A picture of my knee", {})
    ada.writes("Is it broken?")
    nour, christina = member("nour").signs_in(), member("christina").signs_in()
    nour.claims("Vera Vanished")
    ada.reads(f"{NOUR} is looking after you now")
    christina.opens("Vera Vanished", "All")
    expect(christina.status).to_contain_text("with نور الهدى عبد الرحمن")

    nour.context.close()
    waiting = christina.page.locator("a.row[data-phase=waiting]", has_text="Vera Vanished")

    def is_given_back() -> bool:
        house.advance(10)
        christina.page.wait_for_timeout(100)
        return waiting.count() > 0

    began = house.now()
    christina.view("Unassigned")
    wait_until(is_given_back, 60, "the case in the queue")
    gone_minutes = (house.now() - began) / 1000 / MINUTE
    assert 2.5 < gone_minutes < 6, gone_minutes
    christina.reads(f"{NOUR} is gone: back in the queue")
    ada.reads("The team will go on with your chat")
    christina.claims("Vera Vanished")
    ada.reads("Χριστίνα Παπαδοπούλου is looking after you now")
