"""What an operator does to a house that is closed: another master key, and the word that a backup was put back."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support.desk import Browser, Desk
from support.server import foyer_binary
from support.sockets import ProtocolSocket


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([foyer_binary(), *arguments], capture_output=True, text=True, timeout=60)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_new_master_key_opens_what_the_old_one_has_sealed(data: Path) -> None:
    with Desk(data=data) as house:
        guest = Browser(house)
        guest.sign_in_as_guest()
        team = house.team()
        refused = _run("rotate-key", "--data", str(data))
        assert refused.returncode != 0 and "another process" in refused.stderr, refused.stderr
    before = (data / "keys" / "master.key").read_bytes()
    for _ in range(2):
        done = _run("rotate-key", "--data", str(data))
        assert done.returncode == 0, done.stderr
    after = (data / "keys" / "master.key").read_bytes()
    assert len(after) == len(before) and after != before
    assert sorted(path.name for path in (data / "keys").glob("master.key*")) == ["master.key"]
    with Desk(data=data) as house:
        assert house.team() == team
        again = Browser(house)
        again.cookies = guest.cookies
        assert again.get("/api/v1/guests/session").json()["guest"]["firstName"] == "Ada"


def test_a_house_that_was_restored_has_another_log(data: Path, tmp_path: Path) -> None:
    def generation() -> str:
        with Desk(data=data) as house:
            guest = Browser(house)
            guest.cookies = cookies
            if not cookies:
                guest.sign_in_as_guest()
                cookies.update(guest.cookies)
            socket = ProtocolSocket(guest)
            socket.close()
            return socket.welcome["generation"]

    cookies: dict[str, str] = {}
    first = generation()
    shutil.copytree(data, tmp_path / "backup")
    assert generation() == first
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "backup", data)
    done = _run("restored", "--data", str(data))
    assert done.returncode == 0, done.stderr
    second = generation()
    assert second != first and f"number {second} " in done.stdout
    assert generation() == second


@pytest.mark.parametrize("command", ["rotate-key", "restored"])
def test_a_house_that_is_not_there_is_not_made(command: str, data: Path) -> None:
    refused = _run(command, "--data", str(data))
    assert refused.returncode != 0 and "There is no house" in refused.stderr
    assert not data.exists()
