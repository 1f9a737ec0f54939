"""The house's own pages in a real browser, at both sizes and in both schemes: the landing page, the development outbox,
and the demo clinic's website.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from support.browser import launch
from support.contrast import too_low
from support.desk import Browser, Desk
from support.setting_up import set_up

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1440, height=900)
_PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def house() -> Iterator[Desk]:
    with Desk() as house:
        yield house


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class Visit:
    """A page that is looked at, and what its console said: a policy that is broken is an error there."""

    def __init__(self, chromium: Chromium, viewport: ViewportSize = DESK, scheme: str = "light") -> None:
        self.context = chromium.new_context(viewport=viewport, color_scheme=scheme)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def expect_whole(self) -> None:
        """Nothing stands beside the page, everything can be read, and the browser has nothing to say."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert too_low(self.page) == []
        assert self.complaints == []

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


everywhere = pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
in_both_schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@everywhere
@in_both_schemes
def test_the_landing_page_leads_everywhere(
    chromium: Chromium, house: Desk, viewport: ViewportSize, scheme: str
) -> None:
    with Visit(chromium, viewport, scheme) as visit:
        page = visit.page
        page.goto(house.url)
        demo = house.demo()
        expect(page.get_by_role("link", name="Open the clinic’s website")).to_have_attribute("href", demo["clinic"])
        expect(page.get_by_role("link", name="Open the dashboard")).to_have_attribute("href", "/dashboard")
        expect(page.get_by_role("link", name="Open the outbox")).to_have_attribute("href", "/dev/outbox")
        for team in demo["teams"]:
            link = page.get_by_role("link", name=f"Open the chat with {team['name']}")
            expect(link).to_have_attribute("href", team["chat"])
            code = page.locator(f'img[src="{team["qr"]}"]')
            code.scroll_into_view_if_needed()
            assert code.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") > 0
        for member in demo["members"]:
            person = page.get_by_role("listitem").filter(has_text=member["email"])
            for text in (member["name"], member["password"], member["rank"]):
                expect(person).to_contain_text(text)
        visit.expect_whole()


def test_without_demo_the_landing_page_leads_to_the_dashboard(chromium: Chromium) -> None:
    with Desk(demo=False) as house, Visit(chromium, PHONE) as visit:
        assert set_up(house).status == 200
        with visit.page.expect_response("**/api/v1/house"):
            visit.page.goto(house.url)
        expect(visit.page.get_by_role("link", name="Open the dashboard")).to_be_visible()
        expect(visit.page.get_by_role("link", name="Open the outbox")).to_be_hidden()
        expect(visit.page.get_by_role("link", name="Open the clinic’s website")).to_be_hidden()
        visit.expect_whole()


@everywhere
@in_both_schemes
def test_letters_arrive_by_themselves(chromium: Chromium, viewport: ViewportSize, scheme: str) -> None:
    with Desk() as house, Visit(chromium, viewport, scheme) as visit:
        page = visit.page
        page.goto(f"{house.url}/dev/outbox")
        expect(page.get_by_text("No letter yet")).to_be_visible()
        browser = Browser(house)
        browser.ask_for_code(phone="+447700900321")
        letters = page.get_by_role("listitem")
        expect(letters).to_have_count(1)
        browser.ask_for_code(email="first.of.many.with-a-very-long-address@department.of.an.example.org")
        expect(letters).to_have_count(2)
        expect(page.get_by_text("No letter yet")).to_be_hidden()
        newest = letters.first
        expect(newest).to_contain_text("E-mail to first.of.many")
        expect(letters.nth(1)).to_contain_text("SMS to +447700900321")
        code = house.code_to("+447700900321")
        letters.nth(1).get_by_role("button", name=f"Copy {code}").click()
        expect(letters.nth(1).get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == code
        visit.expect_whole()


def test_the_outbox_survives_a_restart_of_the_house(chromium: Chromium) -> None:
    with Desk() as house, Visit(chromium) as visit:
        visit.page.goto(f"{house.url}/dev/outbox")
        Browser(house).ask_for_code(phone="+447700900322")
        Browser(house).ask_for_code(phone="+447700900323")
        expect(visit.page.get_by_role("listitem")).to_have_count(2)
        house.end()
        expect(visit.page.get_by_role("status")).to_contain_text("does not answer")
        with Desk(listen=(f"127.0.0.1:{house.port}",)) as again:
            Browser(again).ask_for_code(phone="+447700900324")
            expect(visit.page.get_by_role("listitem")).to_have_count(1)
            expect(visit.page.get_by_role("status")).to_contain_text("every two seconds")


def test_nothing_in_a_letter_is_markup(chromium: Chromium) -> None:
    """A letter with a link and with HTML, as later ones will have: put in by the page's own request."""
    text = "Look at https://chat.example.org/chat/1?a=b. <b>not bold</b> <script>window.hit = 1</script>"
    letter = {"id": 1, "at": 1763750000000, "channel": "email", "to": "<i>a</i>@b.example", "subject": "<u>x</u>"}
    with Desk() as house, Visit(chromium) as visit:
        page = visit.page
        page.route("**/api/v1/dev/outbox", lambda route: route.fulfill(json={"letters": [{**letter, "text": text}]}))
        page.goto(f"{house.url}/dev/outbox")
        entry = page.get_by_role("listitem")
        expect(entry).to_contain_text(text)
        expect(entry.locator("b, script, i, u")).to_have_count(0)
        expect(entry.get_by_role("link")).to_have_attribute("href", "https://chat.example.org/chat/1?a=b")
        assert page.evaluate("window.hit") is None


@everywhere
def test_the_clinic_s_page_is_another_site_and_loads_the_widget(
    chromium: Chromium, house: Desk, viewport: ViewportSize
) -> None:
    with Visit(chromium, viewport) as visit:
        clinic = house.demo()["clinic"]
        assert clinic.startswith("http://localhost:")
        with visit.page.expect_response(f"{house.url}/widget.js") as loading:
            visit.page.goto(clinic)
        assert loading.value.status == 200
        visit.page.wait_for_load_state("networkidle")
        expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        visit.expect_whole()


# What a widget does to a page, in short.
_EMBED = """(address) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.onload = () => setTimeout(resolve, 300);
  frame.src = address;
  document.body.append(frame);
})"""


@pytest.mark.covers("S0.2")
def test_the_chat_is_shown_where_the_clinic_allows_it(chromium: Chromium, house: Desk) -> None:
    chat = f"{house.url}/chat/{house.team()}?embedded"
    with Visit(chromium) as visit:
        visit.page.goto(house.demo()["clinic"])
        visit.page.evaluate(_EMBED, chat)
        expect(visit.page.frame_locator("iframe").get_by_text("chat", exact=True)).to_be_visible()
        assert visit.complaints == []


@pytest.mark.parametrize("path", ["/dashboard", "/", "/dev/outbox"])
def test_other_pages_are_shown_in_no_frame(chromium: Chromium, house: Desk, path: str) -> None:
    with Visit(chromium) as visit:
        visit.page.goto(house.demo()["clinic"])
        visit.page.evaluate(_EMBED, house.url + path)
        assert any(re.search("frame-ancestors|X-Frame-Options", text) for text in visit.complaints), visit.complaints


@pytest.mark.covers("S0.2")
def test_a_guest_stays_signed_in_inside_a_frame_of_another_site(chromium: Chromium, house: Desk) -> None:
    """The cookie is partitioned: it is there in the clinic's frame, and not on the house's own page."""
    post = """async ([path, form]) => {
      const answer = await fetch(path, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(form) });
      return answer.json();
    }"""
    ask: Callable[[str], str] = lambda path: f"async () => (await fetch('{path}')).status"  # noqa: E731
    form = {"team": house.team(), "firstName": "Ada", "lastName": "Byron", "phone": "+447700900555"}
    with Visit(chromium) as visit:
        visit.page.goto(house.demo()["clinic"])
        visit.page.evaluate(_EMBED, f"{house.url}/chat/{house.team()}?embedded")
        frame = next(frame for frame in visit.page.frames if frame.url.startswith(house.url))
        challenge = frame.evaluate(post, ["/api/v1/guests/code", form])["challenge"]
        code = house.code_to("+447700900555")
        frame.evaluate(post, ["/api/v1/guests/verify", {"challenge": challenge, "code": code}])
        assert frame.evaluate(ask("/api/v1/guests/session")) == 200
        (cookie,) = visit.context.cookies()
        assert cookie["name"] == "foyer_guest" and cookie.get("partitionKey") == "http://localhost"
        assert visit.complaints == []
        visit.page.goto(f"{house.url}/chat/{house.team()}")
        assert visit.page.evaluate(ask("/api/v1/guests/session")) == 401
