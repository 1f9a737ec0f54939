"""What colleagues say among themselves, and by which name the team speaks to a guest."""

import pytest
from playwright.sync_api import BrowserContext, Page, Response, WebSocket, expect

BIRTH = {"Date of birth": "1 May 1980"}


class Overheard:
    """Everything that reaches the pages of one browser: bodies, headers and what comes over the sockets."""

    def __init__(self, context: BrowserContext) -> None:
        self._responses: list[Response] = []
        self._frames: list[str] = []
        self._texts: list[str] = []
        context.on("response", self._keep)
        context.on("page", self._listen)
        for page in context.pages:
            self._listen(page)

    def _keep(self, response: Response) -> None:
        self._responses.append(response)

    def _listen(self, page: Page) -> None:
        page.on("websocket", self._follow)

    def _follow(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self._frames.append(str(frame)))

    def hear(self) -> None:
        """Reads the answers so far: their bodies are gone with the page that they came to."""
        for response in self._responses:
            self._texts.append(str(response.headers))
            if response.status == 200 and "json" in response.headers.get("content-type", ""):
                self._texts.append(response.text())
        self._responses.clear()

    def all(self) -> list[str]:
        self.hear()
        return self._texts + self._frames


@pytest.mark.covers("S2.4", "S2.5", "R8")
def test_notes_stay_with_the_team_and_the_guest_reads_the_name_that_was_chosen(house, guest, member):
    ada = guest("Nina", "Notes")
    overheard = Overheard(ada.context)
    ada.signs_in(house.team("Front desk"))
    ada.starts("Bill or insurance", BIRTH)
    ada.writes("Is the bill right?")
    ben, amara = member("ben").signs_in(), member("amara").signs_in()
    ben.claims("Nina Notes")
    ben.notes("Careful: she paid twice already.")
    ben.writes("Let me look, this is Ben.")
    ada.reads("Let me look, this is Ben.")
    ben.page.get_by_label("Reply as").select_option("as the team (Front desk)")
    ben.writes("The bill is wrong, we correct it.")
    ada.reads("The bill is wrong, we correct it.")
    ben.page.get_by_label("Reply as").select_option("as Ben Whitfield")

    # A colleague reads the note, and who wrote what.
    amara.opens("Nina Notes", "All")
    note = amara.page.locator("foyer-message", has_text="Careful: she paid twice already.")
    expect(note).to_contain_text("Ben Whitfield")
    expect(note).to_contain_text("private note")
    as_team = amara.page.locator("foyer-message", has_text="The bill is wrong, we correct it.")
    expect(as_team).to_contain_text("Ben Whitfield")
    expect(as_team).to_contain_text("as the team")
    amara.notes("I sign the credit note.")
    ben.reads("I sign the credit note.")

    # The guest reads his name above the one reply and the team's above the other, after a reload, too.
    for _ in range(2):
        by_name = ada.page.locator("li.message", has_text="Let me look, this is Ben.")
        expect(by_name.locator(".author")).to_have_text("Ben Whitfield")
        by_team = ada.page.locator("li.message", has_text="The bill is wrong, we correct it.")
        expect(by_team.locator(".author")).to_have_text("Front desk")
        overheard.hear()
        ada.page.reload()
        ada.reads("The bill is wrong, we correct it.")
    ada.button("Your chats", exact=False).click()
    expect(ada.page.get_by_role("dialog", name="Your chats")).to_contain_text("Bill or insurance")

    texts = overheard.all()
    assert any("The bill is wrong" in text for text in texts)
    said = "\n".join(texts) + ada.page.content()
    assert "paid twice" not in said
    assert "credit note" not in said
    found = [address for address in house.passwords if address in said]
    assert found == []
