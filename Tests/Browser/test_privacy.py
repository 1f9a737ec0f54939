"""What is said stays between a guest and the team: before other guests, in browsers, in logs and on the disk."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, WebSocket, expect

from support.house import House
from support.people import Guest, Member


class Ears:
    """All that pages are sent: frames of sockets and bodies of answers."""

    def __init__(self, *pages: Page) -> None:
        self.frames: list[str] = []
        self._answers: list[Response] = []
        for page in pages:
            page.on("websocket", self._follow)
            page.on("response", self._keep)

    def _follow(self, socket: WebSocket) -> None:
        def keep(frame: str | bytes) -> None:
            self.frames.append(str(frame))

        socket.on("framereceived", keep)

    def _keep(self, answer: Response) -> None:
        self._answers.append(answer)

    def everything(self) -> str:
        told = [answer.text() for answer in self._answers if "/api/" in answer.url and answer.status != 204]
        return "\n".join(self.frames + told)


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def radiology(house):
    return house.team("Radiology")


# What somebody would write who reads the protocol and has a session of their own. Answers each command, and tells all
# that was pushed.
_ASKS_FOR_EVERYTHING = """async (commands) => {
    const { ticket } = await (await fetch("/api/v1/guests/ticket", { method: "POST" })).json();
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/v1/socket`, "foyer.v1");
    await new Promise((resolve) => (socket.onopen = resolve));
    const answers = new Map();
    const pushes = [];
    let arrived = () => {};
    socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.push) pushes.push(message);
        else answers.set(message.re, message);
        arrived();
    };
    const all = [{ type: "authenticate", ticket, device: "other" }, { type: "watch" }, ...commands];
    for (const [index, command] of all.entries()) {
        const id = index + 1;
        const answered = new Promise((resolve) => (arrived = () => answers.has(id) && resolve()));
        socket.send(JSON.stringify({ id, ...command }));
        await answered;
    }
    socket.close();
    return { answers: commands.map((_, index) => answers.get(index + 3).error?.code ?? "ok"), pushes };
}"""


def commands_of_guests(case: str, field: str) -> list[dict]:
    commands = [
        {"type": "subscribe", "after": 0, "generation": None},
        {"type": "seen", "upTo": 3},
        {"type": "delivered", "upTo": 3},
        {"type": "typing", "on": True, "private": False},
        {"type": "identify", "values": [{"field": field, "value": "It is me"}]},
        {"type": "send", "text": "It is me"},
        {"type": "edit", "number": 3, "text": "It is me"},
        {"type": "delete", "number": 3},
        {"type": "declineClose"},
        {"type": "closeChat"},
        {"type": "reopen"},
    ]
    return with_names(case, commands)


def commands_of_members(case: str, team: str) -> list[dict]:
    commands = [
        {"type": "guest"},
        {"type": "note", "text": "It is me"},
        {"type": "transfer", "team": team},
        {"type": "snooze", "until": 2_000_000_000_000},
        {"type": "close", "reason": "It is me"},
        *({"type": name} for name in ("claim", "release", "leave", "wake", "requestClose")),
    ]
    return with_names(case, commands)


def with_names(case: str, commands: list[dict]) -> list[dict]:
    unkeyed = ("subscribe", "seen", "delivered", "typing", "guest")
    named = [{"case": case, **command} for command in commands]
    return [command if command["type"] in unkeyed else {**command, "key": uuid.uuid4().hex} for command in named]


@pytest.mark.covers("R6", "S0.24", "S1.17")
def test_a_second_guest_sees_nothing_of_the_first(house, guest, radiology):
    ada = guest("Ada", "Lovelace").signs_in(radiology)
    ada.starts("Something only Ada knows", {})
    ada.writes("A secret of Ada's")
    ada.mark("A secret of Ada's", "Sent")

    eve = guest("Eve", "Moriarty").signs_in(radiology)
    menu = eve.opens_menu()
    expect(menu).to_contain_text("No chat is open.")
    expect(menu).to_contain_text("No closed chat yet.")
    eve.opens(radiology, ada.case)
    eve.sees("This chat is not among yours. It may belong to another name or number.")
    expect(eve.page.get_by_text("Something only Ada knows")).to_have_count(0)
    expect(eve.page.get_by_label("Message", exact=True)).to_have_count(0)

    (field,) = house.get(f"/api/v1/teams/{radiology.id}")["fields"]
    for case in (ada.case, "f" * 32):  # One that is nowhere is answered no differently.
        foreign = eve.page.evaluate(_ASKS_FOR_EVERYTHING, commands_of_guests(case, field["id"]))
        assert foreign["pushes"] == []
        assert set(foreign["answers"]) == {"no_such_case"}, foreign["answers"]
    asked = [
        eve.page.evaluate(_ASKS_FOR_EVERYTHING, commands_of_members(case, radiology.id))
        for case in (ada.case, "f" * 32)
    ]
    assert asked[0] == asked[1]
    assert asked[0]["pushes"] == []
    assert set(asked[0]["answers"]) <= {"no_such_case", "not_allowed"}, asked[0]["answers"]

    assert ada.texts()[1:] == ["A secret of Ada's"]
    ada.page.reload()
    ada.reads("A secret of Ada's")
    assert ada.texts()[1:] == ["A secret of Ada's"]
    expect(ada.page.get_by_role("main")).to_contain_text("Waiting for the team")


@pytest.mark.covers("R8", "S2.4", "B9")
def test_notes_and_members_addresses_never_reach_the_guests_browser(guest, member, radiology):
    ada = guest("Katherine", "Johnson")
    later = ada.new_tab()
    ears = Ears(ada.page, later)
    ada.signs_in(radiology)
    ada.starts("My orbit", {})
    ada.writes("Is it right?")
    amara = member("amara").signs_in().claims("Katherine Johnson")
    amara.notes("A note for the team alone")
    amara.reads("A note for the team alone")
    amara.writes("It is.")
    ada.reads("It is.")
    later.goto(ada.page.url)
    expect(later.get_by_text("It is.", exact=True)).to_be_visible()

    heard = ears.everything()
    assert "It is." in heard and "Amara Okafor" in heard
    assert any("It is." in frame for frame in ears.frames)
    for unheard in ("for the team alone", '"note"', "amara@"):
        assert unheard not in heard


def traces(directory: Path, markers: list[str]) -> list[str]:
    """Where a marker stands in a file, in any of the ways in which text is commonly kept."""
    found = []
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        content = path.read_bytes().lower()
        for marker in markers:
            ways = (marker.lower().encode(), marker.lower().encode("utf-16-le"), marker.lower().encode().hex().encode())
            found += [f"{marker} in {path.name}" for way in ways if way in content]
    return found


@pytest.mark.covers("S0.24", "S1.17", "B9")
def test_nothing_that_people_say_is_found_in_a_log_or_in_a_file(browser, own_house, visitors):
    first, last, subject, number = "Quokkamarker", "Wombatmarker", "Numbatmarker", "Bilbymarker"
    said, noted, answered, deleted = "Dingomarker", "Potoroomarker", "Galahmarker", "Emumarker"
    address = "cassowarymarker@example.org"
    ada = Guest(browser, own_house, first, last)
    amara = Member(browser, own_house, "amara@harbour.example")
    visitors.extend((ada, amara))

    ada.opens(own_house.team("Front desk"))
    ada.page.get_by_label("First name").fill(first)
    ada.page.get_by_label("Last name").fill(last)
    ada.button("Use an e-mail address instead").click()
    ada.page.get_by_label("E-mail address").fill(address)
    ada.button("Send me a code").click()
    ada.enters_code(own_house.code(address))
    expect(ada.button("Your chats", exact=False)).to_be_visible()
    ada.starts("Something else", {"Date of birth": said, "Provider number": number})
    ada.opens(own_house.team("Radiology"))
    ada.button("Start a new chat").click()
    ada.starts(subject, {"Referral number": number})
    for text in (said, deleted):
        ada.writes(text)
        ada.mark(text, "Sent")
    amara.signs_in()
    amara.page.locator("a.row", has_text=subject).click()
    amara.button("Claim").click()
    amara.writes(answered)
    amara.notes(noted)
    ada.reads(answered)
    amara.reads(noted)
    ada.button("Edit or delete this message", ada.message(deleted)).click()
    ada.button("Delete", ada.message(deleted)).click()
    ada.button("Delete", ada.page.get_by_role("dialog", name="Delete this message?")).click()
    ada.reads("You deleted this message")
    # An error on the way is logged, if anything is.
    ada.opens(own_house.team("Radiology"), said)
    ada.sees("This chat is not among yours. It may belong to another name or number.")

    markers = [first, last, subject, number, said, noted, answered, deleted, "cassowarymarker"]
    data = own_house.directory / "data"
    assert (data / "foyer.sqlite-wal").stat().st_size > 0
    assert traces(data, markers) == []
    own_house.end()
    assert traces(data, markers) == []
    # The control: what is no secret is found.
    assert traces(data, ["CREATE TABLE"]) != []
    logged = "\n".join(own_house.output + own_house.errors).lower()
    assert [marker for marker in markers if marker.lower() in logged] == []
