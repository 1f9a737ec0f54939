"""Reloads, lost networks, several tabs and tabs that slept: nothing lost, nothing twice, always in order."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from support.people import CATCH_UP_SECONDS, Guest, agree_on
from support.waiting import wait_until


@pytest.fixture(scope="module")
def radiology(house):
    return house.team("Radiology")


def texts_of(page: Page) -> list[str]:
    return page.locator("li.message:not(.pending) .words").all_inner_texts()


def reload_and_catch_up(page: Page) -> None:
    """A socket that is still on its way might come through a network that is cut meanwhile."""
    heard: list[str] = []
    page.once("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page.reload()

    def is_caught_up() -> bool:
        page.evaluate("0")  # lets what was heard through
        return any("caughtUp" in frame for frame in heard)

    wait_until(is_caught_up, CATCH_UP_SECONDS, "the page follows its case again")


def cut_off(guest: Guest) -> Callable[[], None]:
    """No socket any more, although pages can still be fetched, as none could offline. Returns what ends it."""
    tickets = "**/api/v1/guests/ticket"
    guest.context.route(tickets, lambda route: route.abort("connectionfailed"))
    guest.goes_offline()
    expect(guest.page.get_by_text("Messages are kept and sent later", exact=False)).to_be_visible()
    guest.comes_online()
    return lambda: guest.context.unroute(tickets)


@pytest.mark.covers("B1")
def test_drafts_and_unsent_messages_survive_a_reload(guest, radiology):
    ada = guest().signs_in(radiology)
    ada.starts("My scan", {})
    box = ada.page.get_by_label("Message", exact=True)
    box.fill("Half a tho")
    reload_and_catch_up(ada.page)
    expect(box).to_have_value("Half a tho")

    heal = cut_off(ada)
    for text in ("One", "Two"):
        ada.writes(text)
        ada.mark(text, "Sending")
    ada.page.reload()
    for text in ("One", "Two"):
        ada.mark(text, "Sending")
    box.fill("Thr")
    heal()
    agree_on(["One", "Two"], ada.texts)
    expect(box).to_have_value("Thr")
    ada.page.reload()
    agree_on(["One", "Two"], ada.texts)
    expect(box).to_have_value("Thr")


@pytest.mark.covers("B1", "S0.1")
def test_what_is_written_offline_arrives_once_and_in_order(guest, member, radiology):
    ada = guest("Grace", "Hopper").signs_in(radiology)
    ada.starts("My scan", {})
    ada.writes("Before")
    amara = member("amara").signs_in().claims("Grace Hopper")
    amara.reads("Before")

    ada.goes_offline()
    written = [f"In the tunnel, {number}" for number in range(5)]
    for text in written:
        ada.writes(text)
    ada.sees("You are offline. Messages are kept and sent later.")
    amara.writes("Are you there?")
    amara.mark("Are you there?", "Sent")
    ada.comes_online()
    agree_on(["Before", "Are you there?", *written], ada.texts, amara.texts)
    expect(ada.page.get_by_text("You are offline", exact=False)).to_be_hidden()
    expect(ada.page.locator("li.pending")).to_have_count(0)


@pytest.mark.covers("B1")
def test_two_tabs_of_one_guest_show_the_same(guest, member, radiology):
    ada = guest("Mary", "Jackson").signs_in(radiology)
    ada.starts("My scan", {})
    other = ada.new_tab()
    other.goto(ada.page.url)
    box = other.get_by_label("Message", exact=True)
    ada.writes("From the first")
    expect(other.get_by_text("From the first", exact=True)).to_be_visible()
    box.fill("From the second")
    box.press("Enter")
    expect(ada.page.get_by_text("From the second", exact=True)).to_be_visible()
    member("amara").signs_in().claims("Mary Jackson").writes("To both")
    agree_on(["From the first", "From the second", "To both"], ada.texts, lambda: texts_of(other))
    expect(box).to_have_value("")

    # Both at once, each in its own order.
    for number in range(3):
        ada.writes(f"First {number}")
        box.fill(f"Second {number}")
        box.press("Enter")
    wait_until(lambda: len(ada.texts()) == 1 + 3 + 6, CATCH_UP_SECONDS, "all are there")
    said = ada.texts()[1:]
    agree_on(said, ada.texts, lambda: texts_of(other))
    for tab in ("First", "Second"):
        own = [text for text in said if text.startswith(tab) and text[-1].isdigit()]
        assert own == [f"{tab} {number}" for number in range(3)]


@pytest.mark.covers("B1")
def test_a_tab_that_slept_catches_up(guest, member, radiology):
    ada = guest("Dorothy", "Vaughan").signs_in(radiology)
    ada.starts("My scan", {})
    ada.writes("Good night")
    amara = member("amara").signs_in().claims("Dorothy Vaughan")
    amara.reads("Good night")

    # A debugger holds the page as a sleeping device does: nothing in it runs, and nothing is told to it.
    ada.looks_away()
    sleep = ada.context.new_cdp_session(ada.page)
    held = []

    def note(event: dict) -> None:
        held.append(event)

    sleep.on("Debugger.paused", note)
    sleep.send("Debugger.enable")
    sleep.send("Debugger.pause")
    for text in ("Are you asleep?", "Then tomorrow."):
        amara.writes(text)
        amara.mark(text, "Sent")
    assert held
    sleep.send("Debugger.resume")
    sleep.detach()
    ada.looks_back()
    agree_on(["Good night", "Are you asleep?", "Then tomorrow."], ada.texts, amara.texts)
    ada.writes("Good morning")
    agree_on(["Good night", "Are you asleep?", "Then tomorrow.", "Good morning"], ada.texts, amara.texts)


@pytest.mark.covers("B1")
def test_a_tab_whose_socket_died_in_its_sleep_notices_when_it_wakes(guest, member, radiology):
    ada = guest("Annie", "Easley")
    dead: set[WebSocketRoute] = set()
    alive: list[WebSocketRoute] = []

    def serve(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        alive.append(socket)
        socket.on_message(lambda message: None if socket in dead else server.send(message))
        server.on_message(lambda message: None if socket in dead else socket.send(message))

    ada.page.route_web_socket("**/v1/socket", serve)
    ada.signs_in(radiology)
    ada.starts("My scan", {})
    ada.writes("Good night")
    amara = member("amara").signs_in().claims("Annie Easley")
    amara.reads("Good night")
    ada.reads("Amara Okafor is looking after you now")

    ada.looks_away()
    dead.update(alive)
    for text in ("Are you asleep?", "Then tomorrow."):
        amara.writes(text)
        amara.mark(text, "Sent")
    assert ada.texts()[1:] == ["Good night"]
    ada.looks_back()
    ada.writes("I was.")
    agree_on(["Good night", "Are you asleep?", "Then tomorrow.", "I was."], ada.texts, amara.texts)


@pytest.mark.covers("B1")
def test_a_part_of_the_page_that_could_not_be_loaded_comes_when_the_line_is_back(guest, radiology):
    """Parts that are not needed at first are loaded later: a line that is gone in that moment must not cost them."""
    ada = guest("Emmy", "Noether").signs_in(radiology)
    asked = []

    def answer(route):
        asked.append(route.request.url)
        if len(asked) <= 2:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    ada.page.route("**/shared/files/index.js", answer)
    ada.starts("My scan", {})
    expect(ada.button("Attach files")).to_be_visible()
    assert len(asked) == 3
