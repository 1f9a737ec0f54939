"""The page of `foyer serve` in a real browser: it lives, says so when the server does not, and comes back."""

import json
import re
import signal
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from support.browser import launch
from support.server import REPOSITORY, Program, Server, foyer_binary

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1440, height=900)
_WEB = str(REPOSITORY / "web")
_PATIENCE_MS = 30_000  # the longest wait between two attempts, twice
_LOST = "WebSocket connection to"  # what Chromium itself notes of a server that is gone

# WCAG 2.2 contrast of every piece of text against the nearest ground that is painted.
_CONTRASTS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = numbers(color).slice(0, 3).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((numbers(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((element) => {
      const [dark, light] = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => a - b);
      return [element.textContent.trim(), (light + 0.05) / (dark + 0.05)];
    });
}"""


def house(listen: str = "127.0.0.1:0") -> Server:
    return Server("--web", _WEB, listen=(listen,), command="serve")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class Visit:
    """A page that is looked at, and what its console said."""

    def __init__(self, browser: Browser, viewport: ViewportSize = DESK, scheme: str = "light") -> None:
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def expect_text(self, selector: str, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator(selector)).to_have_text(text, timeout=_PATIENCE_MS)

    def expect_state(self, word: str) -> None:
        expect(self.page.get_by_role("status")).to_contain_text(word, timeout=_PATIENCE_MS)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_lives(browser: Browser, viewport: ViewportSize, scheme: str) -> None:
    """Connected, figures that move, nothing cut off, readable, and not one complaint: CSP violations are errors."""
    with house() as server, Visit(browser, viewport, scheme) as visit:
        response = visit.page.goto(server.url)
        assert response is not None and response.headers["content-security-policy"].startswith("default-src 'none';")
        visit.expect_state("Connected")
        visit.expect_text("#connections", "1")
        visit.expect_text("#round-trip", re.compile(r"^\d+(\.\d)?$"))
        visit.expect_text("#messages", re.compile(r"^[2-9]"))
        visit.expect_text("#uptime", re.compile(r"^[3-9] s"))
        wide, high = visit.page.evaluate(
            "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
        )
        assert wide <= 0 and high <= 0
        low = [(text, ratio) for text, ratio in visit.page.evaluate(_CONTRASTS) if ratio < 4.5]
        assert not low
        assert visit.complaints == []


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_restart_is_told_and_survived(browser: Browser, viewport: ViewportSize) -> None:
    with house() as server, Visit(browser, viewport) as visit:
        visit.page.goto(server.url)
        visit.expect_text("#connections", "1")
        server.end()
        visit.expect_state("Reconnecting")
        visit.expect_state("The server does not answer.")
        visit.expect_text("#connections", "–")
        expect(visit.page.get_by_role("button", name="Try now")).to_be_visible()
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with house(f"127.0.0.1:{server.port}"):
            visit.expect_state("Connected")
            visit.expect_text("#connections", "1")
            expect(visit.page.get_by_role("button", name="Try now")).to_be_hidden()
        assert [text for text in visit.complaints if not text.startswith(_LOST)] == []


def test_a_server_that_hangs_is_noticed(browser: Browser) -> None:
    """A stopped process keeps its connections open and says nothing: the silence is what tells."""
    with house() as server, Visit(browser) as visit:
        visit.page.goto(server.url)
        visit.expect_text("#connections", "1")
        server.signal(signal.SIGSTOP)
        try:
            visit.expect_state("Reconnecting")
        finally:
            server.signal(signal.SIGCONT)
        visit.expect_state("Connected")


def test_every_page_is_counted(browser: Browser) -> None:
    with house() as server, Visit(browser) as first:
        first.page.goto(server.url)
        with Visit(browser) as second:
            second.page.goto(server.url)
            first.expect_text("#connections", "2")
            second.expect_text("#connections", "2")
        first.expect_text("#connections", "1")


def test_it_rests_without_a_network(browser: Browser) -> None:
    with house() as server, Visit(browser) as visit:
        visit.page.goto(server.url)
        visit.expect_state("Connected")
        visit.context.set_offline(True)
        visit.expect_state("Offline")
        visit.context.set_offline(False)
        visit.expect_state("Connected")
        visit.expect_text("#connections", re.compile(r"^\d$"))
        assert visit.complaints == []


def test_the_keyboard_is_enough(browser: Browser) -> None:
    with house() as server, Visit(browser) as visit:
        visit.page.goto(server.url)
        visit.expect_state("Connected")
        server.end()
        visit.expect_state("Reconnecting")
        visit.page.keyboard.press("Tab")
        expect(visit.page.get_by_role("button", name="Try now")).to_be_focused()
        with house(f"127.0.0.1:{server.port}"):
            visit.page.keyboard.press("Enter")
            visit.expect_state("Connected")


def test_version_names_the_house() -> None:
    with house() as server, urllib.request.urlopen(f"{server.url}/version", timeout=10) as answer:
        version = json.load(answer)
    assert version["name"] == "foyer" and version["uptimeSeconds"] >= 0


def test_a_missing_page_is_told_at_the_start() -> None:
    with Program([foyer_binary(), "serve", "--listen", "127.0.0.1:0", "--web", "nowhere"]) as program:
        assert program.wait(10) != 0
    assert any("There is no page in 'nowhere'" in line and "--web" in line for line in program.errors)
