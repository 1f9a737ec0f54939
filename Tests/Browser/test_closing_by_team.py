"""How the team brings a conversation to its end, and begins it anew."""

import pytest
from playwright.sync_api import expect


@pytest.mark.covers("S0.19", "S1.12", "S1.13", "R5")
def test_a_member_asks_and_the_guest_decides(house, guest, member):
    ada = guest("Clara", "Keeps").signs_in(house.team("Radiology"))
    ada.starts("Appointment", {})
    ada.writes("When can I come?")
    nour = member("nour").signs_in()
    nour.claims("Clara Keeps")
    nour.writes("On Monday at ten. Is that all?")
    nour.chooses("Ask to close")
    request = ada.page.get_by_role("group", name="Close request")
    expect(request).to_contain_text("\u2068نور الهدى عبد الرحمن\u2069 asks: is everything settled?")
    expect(nour.status).to_contain_text("Asked to close")

    ada.button("Keep it open", request).click()
    nour.reads("Clara Keeps keeps the chat open")
    expect(nour.status).to_contain_text("In progress")
    expect(request).to_have_count(0)

    nour.chooses("Ask to close")
    ada.button("Close chat", request).click()
    nour.reads("Clara Keeps closed the chat, as it was asked for")
    expect(nour.status).to_contain_text("Closed")
    expect(nour.page.get_by_label("Reply to the guest")).to_be_hidden()
    nour.finds("Clara Keeps", "Closed")

    # The member reopens it: it waits for the whole team again.
    nour.chooses("Reopen")
    nour.finds("Clara Keeps", "Unassigned")
    expect(nour.status).to_contain_text("Waiting")
    expect(nour.button("Claim")).to_be_visible()
    ada.reads("The team reopened the chat")


@pytest.mark.covers("R5")
def test_only_a_supervisor_closes_without_consent_and_says_why(house, guest, member):
    ada = guest("Clive", "Silent").signs_in(house.team("Radiology"))
    ada.starts("Nothing to say", {})
    ada.writes("asdf")
    nour, christina = member("nour").signs_in(), member("christina").signs_in()
    nour.claims("Clive Silent")
    entries = nour.menu_entries()
    assert "Back to the queue" in entries
    assert "Close without consent …" not in entries

    christina.opens("Clive Silent", "All")
    christina.chooses("Close without consent …")
    dialog = christina.page.get_by_role("dialog", name="Close without the guest’s consent")
    christina.button("Close it", dialog).click()
    expect(dialog.get_by_role("alert")).to_have_text("Give a reason: your team reads it later.")
    expect(dialog.get_by_label("Reason, for the team")).to_be_focused()
    dialog.get_by_label("Reason, for the team").fill("Somebody plays with the keyboard.")
    christina.button("Close it", dialog).click()
    expect(dialog).to_have_count(0)
    nour.reads("Χριστίνα Παπαδοπούλου closed it as supervisor: “Somebody plays with the keyboard.”")
    ada.reads("The team closed this chat.")
    assert "plays with the keyboard" not in ada.page.content()
