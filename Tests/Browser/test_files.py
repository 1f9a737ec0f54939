"""Files as two people share them, each before a browser: by button, camera, paste and drop, in both directions."""

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from support.files import PDF, SECRET, picture, stored
from support.house import House
from support.people import PHONE, Guest, Member
from support.waiting import wait_until

_SECONDS = 20.0
_numbers = count(1)


def tray(page: Page) -> Locator:
    return page.get_by_role("group", name="Files to send")


def chooses(page: Page, *files: tuple[str, str, bytes], button: str = "Attach files") -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button, exact=True).click()
    chooser.value.set_files([{"name": name, "mimeType": kind, "buffer": content} for name, kind, content in files])


def drops(page: Page, place: str, name: str, kind: str, content: bytes) -> None:
    """As a browser tells a page of files that were dragged there."""
    transfer = page.evaluate_handle(
        """([name, type, bytes]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
            return transfer;
        }""",
        [name, kind, list(content)],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(place, event, {"dataTransfer": transfer})


def pastes(page: Page, field: Locator, kind: str, content: bytes) -> None:
    field.evaluate(
        """(field, [type, bytes]) => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([new Uint8Array(bytes)], "image.png", { type }));
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        [kind, list(content)],
    )


def is_there(page: Page, name: str) -> None:
    expect(tray(page).locator("li", has_text=name)).to_have_attribute("data-state", "there")


def downloads(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Download {name}", exact=True).last.click()
    assert download.value.suggested_filename == name
    return Path(download.value.path()).read_bytes()


@pytest.fixture
def pair(house: House, guest: Callable[..., Guest], member: Callable[..., Member]) -> tuple[Guest, Member]:
    # One house for all: each has a guest of its own.
    last = f"Lovelace {next(_numbers)}"
    ada, ben = guest("Ada", last, has_touch=True, is_mobile=True), member("amara").signs_in()
    ada.signs_in(house.team("Radiology")).starts("A photo", {"Referral number": "R 1"}).writes("I have something")
    ben.claims(f"Ada {last}")
    expect(ada.button("Attach files")).to_be_visible()
    return ada, ben


@pytest.mark.covers("S0.17", "S0.18", "S1.9", "S1.10", "S1.11")
def test_both_sides_share_and_download(house: House, pair: tuple[Guest, Member]) -> None:
    ada, ben = pair
    photo = picture("JPEG", (640, 480))
    # By the phone's camera, by the button, by paste; one message.
    camera = ada.page.locator("input[capture]")
    expect(camera).to_have_attribute("accept", "image/*")
    chooses(ada.page, ("IMG_1.jpg", "image/jpeg", photo), button="Take a photo")
    chooses(ada.page, ("letter.pdf", "application/pdf", PDF))
    pastes(ada.page, ada.desk.get_by_label("Message", exact=True), "image/png", picture("PNG"))
    for name in ("IMG_1.jpg", "letter.pdf", "Pasted"):
        is_there(ada.page, name)
    ada.writes("Here they are")
    expect(tray(ada.page)).to_be_hidden()
    expect(ben.page.get_by_role("img", name="IMG_1.jpg")).to_be_visible()
    assert downloads(ben.page, "letter.pdf") == PDF
    received = downloads(ben.page, "IMG_1.jpg")
    assert received.startswith(b"\xff\xd8") and SECRET not in received
    # A member drops a file, which goes without a word.
    drops(ben.page, "foyer-conversation", "Result.pdf", "application/pdf", PDF)
    is_there(ben.page, "Result.pdf")
    ben.button("Send").click()
    expect(ada.page.get_by_text("Result.pdf", exact=True)).to_be_visible()
    assert downloads(ada.page, "Result.pdf") == PDF
    # And the guest drops one, as on a desktop.
    drops(ada.page, ".conversation", "Old scan.png", "image/png", picture("PNG"))
    is_there(ada.page, "Old scan.png")
    ada.button("Send").click()
    expect(ben.page.get_by_role("img", name="Old scan.png")).to_be_visible()


@pytest.mark.covers("S0.17")
def test_files_of_a_note_stay_with_the_team(pair: tuple[Guest, Member]) -> None:
    ada, ben = pair
    ben.button("Private note").click()
    chooses(ben.page, ("internal.pdf", "application/pdf", PDF))
    is_there(ben.page, "internal.pdf")
    ben.button("Reply").click()
    expect(tray(ben.page)).to_be_hidden()
    ben.writes("Nothing attached").reads("Nothing attached")
    ben.button("Private note").click()
    is_there(ben.page, "internal.pdf")
    ben.button("Save the note").click()
    assert downloads(ben.page, "internal.pdf") == PDF
    ada.reads("Nothing attached")
    expect(ada.page.get_by_text("internal.pdf")).to_have_count(0)


@pytest.mark.covers("S0.17")
def test_what_is_refused_says_so_at_its_place_and_is_taken_away(house: House, pair: tuple[Guest, Member]) -> None:
    ada, _ = pair
    ada.may_hear("415")
    chooses(ada.page, ("page.html", "text/html", b"<html><script>alert(1)</script></html>"))
    row = tray(ada.page).locator("li")
    expect(row).to_have_attribute("data-state", "failed")
    expect(row).to_contain_text("Files of this type cannot be shared.")
    ada.writes("With a bad file")
    expect(tray(ada.page).get_by_role("alert")).to_contain_text("Some files did not arrive.")
    expect(ada.desk.get_by_label("Message", exact=True)).to_have_value("With a bad file")
    ada.button("Remove page.html").click()
    expect(tray(ada.page)).to_be_hidden()
    ada.button("Send").click()
    ada.reads("With a bad file")


@pytest.mark.covers("S0.17")
def test_a_cancelled_upload_leaves_nothing(house: House, pair: tuple[Guest, Member]) -> None:
    ada, ben = pair
    folder = house.directory / "data" / "files"
    before = len(stored(folder))
    session = ada.context.new_cdp_session(ada.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", slow)
    chooses(ada.page, ("large.pdf", "application/pdf", PDF + b"x" * 4_000_000))
    row = tray(ada.page).locator("li")
    expect(row).to_contain_text(re.compile(r"Sending, \d+ %"))
    ada.button("Send").click()
    expect(tray(ada.page).get_by_role("alert")).to_contain_text("still on their way")
    ada.button("Remove large.pdf").click()
    expect(tray(ada.page)).to_be_hidden()
    session.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    wait_until(lambda: len(stored(folder)) == before, _SECONDS, "nothing is left of it")
    # What is there and not wanted goes, too.
    chooses(ada.page, ("small.pdf", "application/pdf", PDF))
    is_there(ada.page, "small.pdf")
    assert len(stored(folder)) == before + 1
    ada.button("Remove small.pdf").click()
    wait_until(lambda: len(stored(folder)) == before, _SECONDS, "it is gone")


@pytest.mark.covers("B10")
def test_files_are_handled_by_keyboard_and_heard(pair: tuple[Guest, Member]) -> None:
    ada, _ = pair
    chooses(ada.page, ("one.pdf", "application/pdf", PDF), ("two.pdf", "application/pdf", PDF))
    is_there(ada.page, "two.pdf")
    expect(tray(ada.page).get_by_role("status")).to_contain_text("is ready to be sent.")
    ada.page.get_by_role("button", name="Remove one.pdf").focus()
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("button", name="Remove two.pdf")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(ada.button("Attach files")).to_be_focused()
    assert ada.page.viewport_size == PHONE
    width = ada.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], "nothing sticks out"
