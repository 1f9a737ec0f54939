"""The quarantine, with the real virus scanner and a signature made by hand; and a disk that is full."""

import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.desk import Desk
from support.files import PDF, Sharer, error_of, pair, stored
from support.scanner import VIRUS, Scanner
from support.waiting import wait_until

# The scanner is asked again every 15 s.
_AGAIN_SECONDS = 40.0


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    scanner = Scanner(tmp_path_factory.mktemp("clamd"), largest="1M").start()
    yield scanner
    scanner.stop()


@pytest.fixture(scope="module")
def house(scanner: Scanner) -> Iterator[Desk]:
    with Desk("--clamd", str(scanner.path), "--metrics-listen", "127.0.0.1:0") as house:
        yield house


@pytest.fixture(scope="module")
def people(house: Desk) -> tuple[Sharer, Sharer]:
    return pair(house)


@pytest.mark.covers("S0.17", "B9")
def test_what_the_scanner_finds_is_refused_and_what_it_calls_clean_is_given_out(house: Desk, people: tuple) -> None:
    guest, member = people
    before = len(stored(house.data / "files"))
    assert error_of(guest.upload(b"harmless, but " + VIRUS, "a.txt", "text/plain")) == (415, "infected")
    wait_until(lambda: len(stored(house.data / "files")) == before, _AGAIN_SECONDS, "its content is removed")
    clean = guest.uploaded(PDF, "b.pdf")
    assert clean["state"] == "ready"
    assert "ok" in guest.send(clean["id"]) and member.download(clean["id"]).body == PDF


@pytest.mark.covers("S0.17", "B9")
def test_without_the_scanner_files_wait_and_say_so_until_it_is_back(
    house: Desk, people: tuple, scanner: Scanner
) -> None:
    guest, member = people
    scanner.stop()
    try:
        good, bad = guest.uploaded(PDF, "good.pdf"), guest.uploaded(b"text " + VIRUS, "bad.txt", "text/plain")
        assert (good["state"], good["reason"]) == ("quarantined", "scanner_away")
        assert "ok" in guest.send(good["id"], bad["id"])
        assert [file["state"] for file in member.log()[-1]["files"]] == ["quarantined", "quarantined"]
        for asker in (guest, member):
            assert error_of(asker.link(good["id"])) == (409, "being_checked")
        ready = house.get("/readyz")
        assert ready.status == 200 and ready.json()["parts"]["scanner"]["state"] == "failing"
        socket = member.socket()
        assert "ok" in socket.ask("subscribe", case=member.case, after=0, generation=None)
    finally:
        scanner.start()
    pushes: dict[str, str] = {}
    while len(pushes) < 2:
        message = socket.hear()
        if message.get("push") == "file" and message["state"] != "quarantined":
            pushes[message["id"]] = message["state"]
    socket.close()
    assert pushes == {good["id"]: "ready", bad["id"]: "refused"}
    assert member.download(good["id"]).body == PDF and error_of(member.link(bad["id"])) == (410, "file_gone")
    assert [file["state"] for file in guest.log()[-1]["files"]] == ["ready", "refused"]


@pytest.mark.covers("B9")
def test_what_is_too_large_for_the_scanner_stays_in_quarantine(house: Desk, people: tuple) -> None:
    guest, member = people
    large = guest.uploaded(b"%PDF-1.7\n" + os.urandom(3_000_000) + b"\n%%EOF\n", "large.pdf")
    assert (large["state"], large["reason"]) == ("quarantined", "too_large_to_scan")
    assert "ok" in guest.send(large["id"])
    assert error_of(member.link(large["id"])) == (409, "being_checked")


def test_the_operators_see_what_the_scanner_said(house: Desk) -> None:
    address = next(line.split()[-1] for line in house.output if "metrics on" in line)
    page = subprocess.run(["curl", "-s", address], capture_output=True, text=True, check=True).stdout
    counts = dict(re.findall(r'foyer_file_scans_total\{outcome="(\w+)"\} (\d+)', page))
    assert all(int(counts[verdict]) > 0 for verdict in ("clean", "found", "tooLarge", "away")), counts
    assert 'foyer_files{state="quarantined"}' in page and 'foyer_file_uploads_total{outcome="taken"}' in page


@pytest.mark.covers("B9")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_a_full_disk_is_said_and_stops_nothing_else(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "foyer-test", disk], check=True)
    try:
        with Desk("--files", str(disk / "files"), "--file-reserve-megabytes", "0") as house:
            guest, member = pair(house)
            file = guest.uploaded(PDF)["id"]
            large = PDF[:-7] + b"x" * 3_500_000 + b"%%EOF\n"
            answer = guest.upload(large, "large.pdf")
            assert error_of(answer) == (507, "storage_full") and "no room" in answer.error["message"]
            # Also where the disk fills up while it is written.
            (disk / "other").write_bytes(b"x" * 3_900_000)
            assert error_of(guest.upload(PDF * 3000, "medium.pdf")) == (507, "storage_full")
            assert len(stored(disk / "files")) == 1, "what did not fit has left nothing"
            assert "ok" in guest.send(file, text=f"Messages go on {uuid.uuid4()}")
            assert member.download(file).body == PDF
            assert house.get("/readyz").status == 200
            (disk / "other").unlink()
            assert guest.uploaded(PDF)["state"] == "ready"
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
