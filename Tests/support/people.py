"""The two sides of a conversation, each before a browser: what they see is found by its role and its words."""

import re
from collections.abc import Callable
from itertools import count
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from support.browser import Profile
from support.house import House, Team
from support.waiting import wait_until

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}

# Until something appears that the server, the network and the page have a part in.
expect.set_options(timeout=15_000)

Scope = Page | FrameLocator | Locator

# Both sides have come to the same log again, after a loss that they had to notice first.
CATCH_UP_SECONDS = 30.0

_numbers = count(100)


def fresh_phone() -> str:
    """A number that no other guest of this run has: Ofcom keeps 07700 900000 to 900999 for fiction."""
    return f"07700 900{next(_numbers):03d}"


class Visitor:
    """A browser of one's own: cookies and storage are shared with nobody."""

    def __init__(self, browser: Browser | Profile, house: House, viewport: dict, **options: object) -> None:
        self.house = house
        self.context: BrowserContext = browser.new_context(viewport=viewport, **options)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        # Asking whether one is signed in is answered with 401, and a dropped connection is what some tests are about.
        self.expected_troubles = ["401", "ERR_CONNECTION", "ERR_INTERNET_DISCONNECTED", "WebSocket connection"]
        self.expected_troubles += ["WebSocket is already in CLOSING"]
        self._listen(self.page)

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.troubles.append(f"{error}"))
        page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not any(word in text for word in self.expected_troubles):
            self.troubles.append(text)

    def may_hear(self, *words: str) -> Self:
        """The test is about an error of which the browser's console speaks, too: an answer's status, as a rule."""
        self.expected_troubles += words
        return self

    def new_tab(self) -> Page:
        page = self.context.new_page()
        self._listen(page)
        return page

    def button(self, name: str, within: Scope | None = None, exact: bool = True) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=exact)

    def sees(self, text: str, within: Scope | None = None) -> Locator:
        found = (within or self.page).get_by_text(text, exact=True).first
        expect(found).to_be_visible()
        return found

    def looks_away(self) -> None:
        """Another tab is in front of the page, as far as the page can tell."""
        self._is_shown("hidden")

    def looks_back(self) -> None:
        self._is_shown("visible")

    def _is_shown(self, state: str) -> None:
        self.page.evaluate(
            """(state) => {
                Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
                Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            state,
        )

    def goes_offline(self) -> None:
        self.context.set_offline(True)

    def comes_online(self) -> None:
        self.context.set_offline(False)


class Guest(Visitor):
    def __init__(
        self,
        browser: Browser | Profile,
        house: House,
        first: str = "Ada",
        last: str = "Lovelace",
        phone: str | None = None,
        viewport: dict = PHONE,
        **options: object,
    ) -> None:
        super().__init__(browser, house, viewport, **options)
        self.first, self.last = first, last
        self.phone = phone or fresh_phone()
        # Where the chat is: the page itself, or the frame on a clinic's page.
        self.desk: Page | FrameLocator = self.page

    @property
    def e164(self) -> str:
        return "+44" + self.phone.replace(" ", "").removeprefix("0")

    def button(self, name: str, within: Scope | None = None, exact: bool = True) -> Locator:
        return super().button(name, within or self.desk, exact)

    def sees(self, text: str, within: Scope | None = None) -> Locator:
        return super().sees(text, within or self.desk)

    def opens(self, team: Team, case: str | None = None) -> "Guest":
        self.page.goto(f"{self.house.http_url}/chat/{team.id}" + (f"/{case}" if case else ""))
        return self

    def opens_clinic(self) -> Self:
        """The demo clinic's page, which is another site, and the widget on it."""
        self.page.goto(self.house.http_url.replace("127.0.0.1", "localhost") + "/demo/clinic")
        self.launcher.click()
        self.desk = self.page.frame_locator("iframe")
        expect(self.desk.get_by_role("heading", level=1)).to_be_visible()
        return self

    @property
    def launcher(self) -> Locator:
        """The widget's button on the clinic's page."""
        return self.page.get_by_role("button", name="Chat with us", exact=False)

    # Signing in.

    @property
    def code_field(self) -> Locator:
        return self.desk.get_by_label("Your 6-digit code")

    def asks_for_code(self) -> "Guest":
        self.desk.get_by_label("First name").fill(self.first)
        self.desk.get_by_label("Last name").fill(self.last)
        self.desk.get_by_label("Mobile number").fill(self.phone)
        self.button("Send me a code").click()
        expect(self.code_field).to_be_visible()
        return self

    def enters_code(self, code: str) -> "Guest":
        """The sixth digit sends it."""
        self.code_field.fill(code)
        return self

    def signs_in(self, team: Team) -> "Guest":
        return self.opens(team).identifies()

    def identifies(self) -> "Guest":
        """From the empty form to the inside."""
        sent = len(self.house.letters(self.e164))
        self.asks_for_code().enters_code(self.house.code(self.e164, after=sent))
        expect(self.button("Your chats", exact=False)).to_be_visible()
        return self

    # A chat.

    def starts(self, topic: str, details: dict[str, str] | None = None) -> "Guest":
        """Chooses a category, or types a subject, and fills in what the team asks for."""
        about = self.desk.get_by_label("What is it about?")
        expect(about).to_be_visible()
        if about.evaluate("element => element.tagName") == "SELECT":
            about.select_option(label=topic)
        else:
            about.fill(topic)
        self.button("Next").click()
        if details is not None:
            for label, value in details.items():
                self.desk.get_by_label(label, exact=False).fill(value)
            self.button("Start the chat").click()
        expect(self.desk.get_by_label("Message", exact=True)).to_be_visible()
        return self

    def opens_menu(self) -> Locator:
        self.button("Your chats", exact=False).click()
        menu = self.desk.get_by_role("dialog", name="Your chats")
        expect(menu).to_be_visible()
        return menu

    def writes(self, text: str) -> "Guest":
        box = self.desk.get_by_label("Message", exact=True)
        box.fill(text)
        box.press("Enter")
        return self

    @property
    def case(self) -> str:
        """The open chat, as the address names it."""
        return urlsplit(self.page.url).path.split("/")[3]

    @property
    def messages(self) -> Locator:
        return self.desk.locator("li.message:not(.pending) .words")

    def texts(self) -> list[str]:
        """What is in the log, as it stands there: without what is on its way."""
        return self.messages.all_inner_texts()

    def reads(self, text: str) -> Locator:
        return self.sees(text, self.desk.get_by_role("region", name="Conversation"))

    def message(self, text: str) -> Locator:
        """One of the guest's own, with its mark and what can be done with it."""
        return self.desk.locator("li.message.own").filter(has_text=text)

    def mark(self, text: str, mark: str) -> None:
        """One of the guest's own messages has come so far."""
        message = self.message(text)
        expect(message).to_contain_text(mark)


class Member(Visitor):
    def __init__(self, browser: Browser, house: House, email: str, viewport: dict = DESK, **options: object) -> None:
        super().__init__(browser, house, viewport, **options)
        self.email = email

    def signs_in(self) -> "Member":
        self.page.goto(f"{self.house.http_url}/dashboard")
        return self.gives_password()

    def gives_password(self) -> "Member":
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password").fill(self.house.passwords[self.email])
        self.button("Sign in").click()
        expect(self.page.get_by_role("searchbox")).to_be_visible()
        return self

    def view(self, name: str) -> "Member":
        self.page.get_by_role("link", name=re.compile(f"^{name}")).first.click()
        return self

    def row(self, name: str) -> Locator:
        """A case in the inbox, by its guest's name."""
        return self.page.locator("a.row", has_text=name)

    def opens(self, name: str, view: str = "") -> "Member":
        if view:
            self.view(view)
        row = self.row(name).first
        expect(row).to_be_visible()
        row.click()
        expect(self.page.locator("h2.case-name")).to_have_text(name)
        return self

    def claims(self, name: str) -> "Member":
        self.opens(name)
        self.button("Claim").click()
        expect(self.page.get_by_label("Reply to the guest")).to_be_visible()
        return self

    def finds(self, name: str, view: str) -> Locator:
        """A case in one of the lists."""
        self.view(view)
        row = self.row(name).first
        expect(row).to_be_visible()
        return row

    @property
    def status(self) -> Locator:
        """How the open case stands."""
        return self.page.locator("p.case-status")

    def menu_entries(self) -> list[str]:
        """What can be done with the open case: its buttons, and what is behind "more"."""
        more = self.button("More to do with this conversation")
        buttons = [text for text in self.page.locator(".case-actions > button:visible").all_inner_texts() if text]
        if not more.is_visible():
            return buttons
        more.click()
        entries = self.page.get_by_role("menuitem").all_inner_texts()
        self.page.keyboard.press("Escape")
        return buttons + entries

    def hands_over(self, to: str, note: str = "") -> "Member":
        self.chooses("Hand over …")
        dialog = self.page.get_by_role("dialog", name="Hand over")
        dialog.get_by_role("radio", name=to).check()
        dialog.get_by_label("Private note for whoever takes it (optional)").fill(note)
        self.button("Hand over", dialog).click()
        expect(dialog).to_have_count(0)
        return self

    def adds(self, colleague: str) -> "Member":
        self.chooses("Add a colleague …")
        dialog = self.page.get_by_role("dialog", name="Add a colleague")
        dialog.get_by_role("radio", name=colleague).check()
        self.button("Add", dialog).click()
        expect(dialog).to_have_count(0)
        return self

    def chooses(self, entry: str) -> "Member":
        """Something to do with the open case: a button, or behind "more"."""
        direct = self.button(entry)
        if not direct.is_visible():
            self.button("More to do with this conversation").click()
            direct = self.page.get_by_role("menuitem", name=entry, exact=True)
        direct.click()
        return self

    def writes(self, text: str) -> "Member":
        box = self.page.get_by_label("Reply to the guest")
        box.fill(text)
        box.press("Enter")
        return self

    def notes(self, text: str) -> "Member":
        self.button("Private note").click()
        box = self.page.get_by_label("Private note: only your team sees it")
        box.fill(text)
        box.press("Enter")
        if self.button("Reply").is_enabled():
            self.button("Reply").click()
        return self

    @property
    def messages(self) -> Locator:
        return self.page.locator("foyer-message .bubble")

    def texts(self) -> list[str]:
        return self.messages.all_inner_texts()

    def reads(self, text: str) -> Locator:
        return self.sees(text, self.page.locator("foyer-conversation"))

    def mark(self, text: str, mark: str) -> None:
        message = self.page.locator("foyer-message", has=self.page.get_by_text(text, exact=True))
        expect(message).to_contain_text(mark)


def agree_on(expected: list[str], *sides: Callable[[], list[str]]) -> None:
    """Each side ends with exactly these messages, in this order. The house's own welcome stands before them."""

    def ends() -> bool:
        return all(side()[1:] == expected for side in sides)

    try:
        wait_until(ends, CATCH_UP_SECONDS, "all sides agree", poll_seconds=0.2)
    except AssertionError:
        seen = "\n".join(f"side {number}: {side()}" for number, side in enumerate(sides))
        raise AssertionError(f"expected: {expected}\n{seen}") from None
