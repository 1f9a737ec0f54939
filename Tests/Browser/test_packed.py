"""The pages as `make run` serves them: packed, and compressed on the way."""

import gzip
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pack import pack
from support.house import House
from support.server import REPOSITORY


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory: Path = tmp_path_factory.mktemp("packed")
    pack(REPOSITORY / "web", directory / "web")
    with House(directory, web=directory / "web") as running:
        yield running


def test_the_packed_pages_hold_a_conversation(house, guest, member):
    ada, ben = guest("Ada", "Lovelace").signs_in(house.team("Radiology")), member("amara").signs_in()
    ada.starts("An old picture", {"Referral number": "R 17"}).writes("Do you still have it?")
    ben.claims("Ada Lovelace").writes("We do.")
    ada.reads("We do.")
    assert ada.texts()[-2:] == ["Do you still have it?", "We do."]


def test_a_browser_gets_them_compressed(house):
    request = urllib.request.Request(f"{house.http_url}/widget/chat.js", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        script = gzip.decompress(answer.read())
    with urllib.request.urlopen(f"{house.http_url}/widget/chat.js", timeout=10) as plain:
        assert plain.headers["Content-Encoding"] is None
        assert plain.read() == script


@pytest.mark.parametrize("path", ["/", "/demo/clinic", "/dev/outbox", "/dashboard", "/chat/TEAM"])
def test_each_page_says_how_it_is_compressed(house, path):
    url = house.http_url + path.replace("TEAM", house.team("Radiology").id)
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = answer.read()
        page = gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body
    assert page.lstrip().lower().startswith(b"<!doctype html>"), page[:40]


def test_the_clinics_own_page_opens_a_packed_widget(house, guest):
    cleo = guest("Cleo", "Kent").opens_clinic()
    expect(cleo.desk.get_by_label("First name")).to_be_visible()
