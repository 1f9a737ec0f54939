"""The ways in: the widget on another site's page, a team's own address, and the code that leads there."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from support.browser import Profile
from support.people import DESK, PHONE, Guest
from support.waiting import wait_until

# Chromium's own setting in each case; Debian's browser blocks third-party cookies if nothing is set.
_ALLOWED = {"cookie_controls_mode": 0}
_BLOCKED = {"cookie_controls_mode": 1}
# Every cookie of 127.0.0.1 on a page of localhost, partitioned or not.
_REFUSED = {
    "cookie_controls_mode": 0,
    "content_settings": {"exceptions": {"cookies": {"http://127.0.0.1:*,http://localhost:*": {"setting": 2}}}},
}

_COOKIES_THAT_ARE_KEPT = """() => {
    document.cookie = "shared=1; SameSite=None; Secure";
    document.cookie = "partitioned=1; SameSite=None; Secure; Partitioned";
    return document.cookie.split("; ").filter((cookie) => /^(shared|partitioned)=/.test(cookie)).sort();
}"""

_SIDE = 400
# What the browser has made of the picture, in shades of grey.
_AS_A_CAMERA_SEES = f"""async (picture) => {{
    await picture.decode();
    const canvas = new OffscreenCanvas({_SIDE}, {_SIDE}).getContext("2d");
    canvas.drawImage(picture, 0, 0, {_SIDE}, {_SIDE});
    return Array.from(canvas.getImageData(0, 0, {_SIDE}, {_SIDE}).data.filter((_, index) => index % 4 === 0));
}}"""


@pytest.fixture
def guest_with(playwright, house, visitors, tmp_path) -> Callable[[dict], Guest]:
    """A guest whose browser has other settings."""

    def make(profile: dict[str, object]) -> Guest:
        made = Guest(Profile(playwright, tmp_path, profile), house, viewport=DESK)
        visitors.append(made)
        return made

    return make


@pytest.fixture
def another_site() -> Iterator[str]:
    """An empty page on another port of the clinic's host: of the same site, but not of its origin."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def desk(house):
    return house.team("Front desk")


def kept_cookies(guest: Guest) -> list[str]:
    """The control: which cookies does this browser let our origin keep inside the clinic's page?"""
    (frame,) = guest.page.main_frame.child_frames
    return frame.evaluate(_COOKIES_THAT_ARE_KEPT)


def asks_and_reads(guest: Guest, member: Callable) -> None:
    guest.identifies()
    guest.starts("Missing report", {"Date of birth": "10 December 1815"})
    guest.writes("Where is my report?")
    amara = member("amara").signs_in()
    amara.claims(f"{guest.first} {guest.last}").writes("It was sent to you today.")
    guest.reads("It was sent to you today.")
    guest.mark("Where is my report?", "Seen")


@pytest.mark.covers("S0.2", "B10")
def test_a_question_is_asked_from_a_clinics_own_page(house, guest, member):
    ada = guest(viewport=DESK).opens_clinic()
    assert urlsplit(ada.page.url).hostname == "localhost"
    policy = ada.page.request.get(ada.page.url).headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    (frame,) = ada.page.main_frame.child_frames
    assert urlsplit(frame.url).hostname == "127.0.0.1"
    asks_and_reads(ada, member)


@pytest.mark.covers("S0.2")
@pytest.mark.parametrize(
    ("profile", "kept"),
    [(_ALLOWED, ["partitioned=1", "shared=1"]), (_BLOCKED, ["partitioned=1"])],
    ids=["third-party cookies allowed", "third-party cookies blocked"],
)
def test_the_widget_works_whatever_a_browser_thinks_of_third_party_cookies(guest_with, member, profile, kept):
    ada = guest_with(profile).opens_clinic()
    assert kept_cookies(ada) == kept
    ada.first = "Alan" if profile is _ALLOWED else "Augusta"
    asks_and_reads(ada, member)
    ada.page.reload()
    ada.opens_clinic()
    ada.button("Missing report", exact=False).click()
    ada.reads("It was sent to you today.")


@pytest.mark.covers("S0.2", "S0.4")
def test_where_no_cookie_is_kept_the_stand_alone_page_is_offered_and_works(guest_with, house):
    ada = guest_with(_REFUSED).opens_clinic()
    assert kept_cookies(ada) == []
    ada.asks_for_code().enters_code(house.code(ada.e164))
    ada.sees("One more step")
    with ada.context.expect_page() as opened:
        ada.desk.get_by_role("link", name="Open the chat in a new tab").click()
    ada.page = ada.desk = opened.value
    ada.phone = "07700 900999"
    ada.identifies()
    ada.starts("Appointment", {"Date of birth": "10 December 1815"})
    ada.writes("Here it works.")
    ada.mark("Here it works.", "Sent")


@pytest.mark.covers("S0.2", "S3.17", "R3")
def test_the_launcher_counts_what_is_unread_and_the_keyboard_opens_and_closes(guest, member):
    ada = guest("Grace", "Hopper", viewport=DESK).opens_clinic().identifies()
    ada.starts("Something else", {"Date of birth": "9 December 1906"})
    ada.writes("Is there a lift?")
    amara = member("amara").signs_in().claims("Grace Hopper")
    ada.reads("Amara Okafor is looking after you now")

    ada.desk.get_by_label("Message", exact=True).press("Escape")
    panel, launcher = ada.page.get_by_role("dialog", name="Chat with us"), ada.launcher
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "false")
    amara.writes("There is.")
    amara.writes("It is left of the door.")
    expect(launcher).to_have_accessible_name("Chat with us, 2 unread")
    expect(launcher).to_contain_text("2")
    amara.mark("It is left of the door.", "Delivered to the guest")

    launcher.press("Enter")
    expect(panel).to_be_visible()
    ada.reads("It is left of the door.")
    expect(launcher).to_have_accessible_name("Chat with us")
    amara.mark("It is left of the door.", "Seen by the guest")
    ada.button("Close the chat window").click()
    expect(panel).to_be_hidden()
    expect(launcher).to_be_focused()


@pytest.mark.covers("S0.2", "B10")
def test_on_a_phone_the_widget_fills_the_screen_and_closes_again(guest):
    ada = guest(viewport=PHONE).opens_clinic()
    box = ada.page.get_by_role("dialog", name="Chat with us").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    expect(ada.launcher).to_be_hidden()
    ada.button("Close the chat window").click()
    expect(ada.launcher).to_be_visible()


@pytest.mark.covers("S0.2")
def test_a_site_that_is_not_allowed_neither_frames_the_chat_nor_opens_its_socket(house, guest, desk, another_site):
    ada = (
        guest()
        .may_hear("frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "403", "CORS policy", "ERR_FAILED")
        .signs_in(desk)
    )
    ticket = new_ticket(ada.page)
    foreign = ada.new_tab()
    foreign.goto(another_site)
    assert welcome(foreign, house.url, ticket) == "1006 "
    asked = "url => fetch(url, {method: 'POST', credentials: 'include'}).then(() => 'answered', () => 'refused')"
    assert foreign.evaluate(asked, f"{house.http_url}/api/v1/guests/ticket") == "refused"

    show = "url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))"
    with foreign.expect_event("requestfailed") as refused:
        foreign.evaluate(show, f"{house.http_url}/chat/{desk.id}?embedded")
    assert refused.value.failure == "net::ERR_BLOCKED_BY_RESPONSE"
    expect(foreign.frame_locator("iframe").get_by_label("First name")).to_have_count(0)
    # The control: from our own page a ticket opens it.
    heard: list[str] = []

    def is_welcome_at_home() -> bool:
        heard.append(welcome(ada.page, house.url, new_ticket(ada.page)))
        return heard[-1] == "welcome"

    wait_until(is_welcome_at_home, 20, f"a socket from our own page, which has heard {heard}")


def new_ticket(page: Page) -> str:
    """A ticket for one socket, as the page of somebody who is signed in asks for it."""
    return page.evaluate("async () => (await (await fetch('/api/v1/guests/ticket', {method: 'POST'})).json()).ticket")


def welcome(page: Page, address: str, ticket: str) -> str:
    """`welcome` if a socket from this page is let in with the ticket; otherwise what it hears instead."""
    return page.evaluate(
        """([address, ticket]) => new Promise((resolve) => {
            const socket = new WebSocket(`${address}/v1/socket`, "foyer.v1");
            socket.onopen = () => socket.send(JSON.stringify({id: 1, type: "authenticate", ticket, device: "other"}));
            socket.onmessage = ({data}) => (resolve("ok" in JSON.parse(data) ? "welcome" : data), socket.close());
            socket.onclose = ({code, reason}) => resolve(`${code} ${reason}`);
        })""",
        [address.replace("http", "ws", 1), ticket],
    )


@pytest.mark.covers("S0.3", "S0.4")
def test_a_teams_code_is_read_by_a_camera_and_leads_to_its_chat(house, guest):
    ada = guest(viewport=DESK)
    ada.page.goto(house.http_url)
    for team in (house.team("Front desk"), house.team("Radiology")):
        entry = ada.page.get_by_role("listitem").filter(has=ada.page.get_by_role("heading", name=team.name))
        picture = entry.locator("img")
        expect(picture).to_be_visible()
        read = zxingcpp.read_barcode(memoryview(bytes(picture.evaluate(_AS_A_CAMERA_SEES))).cast("B", (_SIDE, _SIDE)))
        assert read is not None and read.text == f"{house.http_url}/chat/{team.id}"
        reader = ada.new_tab()
        reader.goto(read.text)
        expect(reader.get_by_role("heading", name="Talk to us")).to_be_visible()
        expect(reader.get_by_role("banner")).to_contain_text(team.name)
