"""A guest and a member from the first question to the end, in two browsers at once."""

import pytest
from playwright.sync_api import expect


@pytest.mark.covers(
    "S2.16",
    "S0.1",
    "S0.4",
    "S0.5",
    "S0.6",
    "S0.7",
    "S0.8",
    "S0.12",
    "S0.13",
    "S0.14",
    "S0.19",
    "S0.20",
    "S0.25",
    "S1.1",
    "S1.2",
    "S1.5",
    "S1.6",
    "S1.7",
    "S1.8",
    "S1.12",
    "S1.13",
)
def test_a_question_is_asked_answered_and_closed(house, guest, member):
    ada, amara = guest("Ada", "Lovelace"), member("amara").signs_in()

    ada.opens(house.team("Front desk"))
    expect(ada.page.get_by_role("main").get_by_text("Not for emergencies.")).to_be_visible()
    expect(ada.page.get_by_label("Message", exact=True)).to_have_count(0)
    ada.signs_in(house.team("Front desk"))
    ada.starts("Missing report", {"Date of birth": "10 December 1815"})
    ada.writes("Where is my report?")
    ada.mark("Where is my report?", "Sent")

    expect(amara.row("Ada Lovelace")).to_contain_text("1 unread")
    amara.claims("Ada Lovelace")
    amara.reads("Where is my report?")
    ada.mark("Where is my report?", "Seen")
    ada.reads("Amara Okafor is looking after you now")
    amara.writes("It was sent to you today.")
    ada.reads("It was sent to you today.")
    amara.mark("It was sent to you today.", "Seen by the guest")

    amara.chooses("Ask to close")
    ada.sees("Amara Okafor asks: is everything settled? You can close this chat now.")
    ada.button("Close chat", ada.page.get_by_role("group", name="Close request")).click()
    amara.view("Closed")
    expect(amara.row("Ada Lovelace")).to_be_visible()
    ada.button("Your chats", exact=False).click()
    menu = ada.page.get_by_role("dialog", name="Your chats")
    expect(menu.get_by_role("heading", name="Closed")).to_be_visible()
    expect(menu.get_by_role("button", name="Missing report", exact=False)).to_be_visible()
