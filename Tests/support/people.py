"""The two sides of a conversation as they sit before their browsers: what they see is found by its role and its words."""

import re
from itertools import count
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from support.house import House, Team

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}

# Until something appears that the server, the network and the page have a part in.
expect.set_options(timeout=15_000)

_numbers = count(100)


def fresh_phone() -> str:
    """A number that no other guest of this run has: Ofcom keeps 07700 900000 to 900999 for fiction."""
    return f"07700 900{next(_numbers):03d}"


class Visitor:
    """A browser of one's own: cookies and storage are shared with nobody."""

    def __init__(self, browser: Browser, house: House, viewport: dict, **options: object) -> None:
        self.house = house
        self.context: BrowserContext = browser.new_context(viewport=viewport, **options)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        # Asking whether one is signed in is answered with 401, and a dropped connection is what some tests are about.
        self.expected_troubles = ["401", "ERR_CONNECTION", "ERR_INTERNET_DISCONNECTED", "WebSocket connection"]
        self._listen(self.page)

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.troubles.append(f"{error}"))
        page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not any(word in text for word in self.expected_troubles):
            self.troubles.append(text)

    def new_tab(self) -> Page:
        page = self.context.new_page()
        self._listen(page)
        return page

    def button(self, name: str, within: Locator | Page | None = None, exact: bool = True) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=exact)

    def sees(self, text: str, within: Locator | Page | None = None) -> Locator:
        found = (within or self.page).get_by_text(text, exact=True).first
        expect(found).to_be_visible()
        return found

    def goes_offline(self) -> None:
        self.context.set_offline(True)

    def comes_online(self) -> None:
        self.context.set_offline(False)


class Guest(Visitor):
    def __init__(
        self,
        browser: Browser,
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
        self.desk: Page | Locator = self.page

    @property
    def e164(self) -> str:
        return "+44" + self.phone.replace(" ", "").removeprefix("0")

    def opens(self, team: Team, case: str | None = None) -> "Guest":
        self.page.goto(f"{self.house.http_url}/chat/{team.id}" + (f"/{case}" if case else ""))
        return self

    # Signing in.

    def asks_for_code(self) -> "Guest":
        self.page.get_by_label("First name").fill(self.first)
        self.page.get_by_label("Last name").fill(self.last)
        self.page.get_by_label("Mobile number").fill(self.phone)
        self.button("Send me a code").click()
        expect(self.page.get_by_label("Your 6-digit code")).to_be_visible()
        return self

    def signs_in(self, team: Team) -> "Guest":
        self.opens(team)
        sent = len(self.house.letters(self.e164))
        self.asks_for_code()
        self.page.get_by_label("Your 6-digit code").fill(self.house.code(self.e164, after=sent))
        expect(self.button("Your chats", exact=False)).to_be_visible()
        return self

    # A chat.

    def starts(self, topic: str, details: dict[str, str] | None = None) -> "Guest":
        """Chooses a category, or types a subject, and fills in what the team asks for."""
        about = self.page.get_by_label("What is it about?")
        expect(about).to_be_visible()
        if about.evaluate("element => element.tagName") == "SELECT":
            about.select_option(label=topic)
        else:
            about.fill(topic)
        self.button("Next").click()
        if details is not None:
            for label, value in details.items():
                self.page.get_by_label(label, exact=False).fill(value)
            self.button("Start the chat").click()
        expect(self.page.get_by_label("Message", exact=True)).to_be_visible()
        return self

    def writes(self, text: str) -> "Guest":
        box = self.page.get_by_label("Message", exact=True)
        box.fill(text)
        box.press("Enter")
        return self

    @property
    def case(self) -> str:
        """The open chat, as the address names it."""
        return urlsplit(self.page.url).path.split("/")[3]

    @property
    def messages(self) -> Locator:
        return self.page.locator("li.message:not(.pending) .words")

    def texts(self) -> list[str]:
        """What is in the log, as it stands there: without what is on its way."""
        return self.messages.all_inner_texts()

    def reads(self, text: str) -> Locator:
        return self.sees(text, self.page.get_by_role("region", name="Conversation"))

    def mark(self, text: str, mark: str) -> None:
        """One of the guest's own messages has come so far."""
        message = self.page.locator("li.message.own", has=self.page.get_by_text(text, exact=True))
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
