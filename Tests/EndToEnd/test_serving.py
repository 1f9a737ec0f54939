"""Starting and stopping `foyer serve` as an operator does: what it prints, what it refuses, and why."""

import os
import re
import signal
import stat
from pathlib import Path

import pytest

from support.desk import Browser, Desk, make_web
from support.server import Program, foyer_binary

_STOP_SECONDS = 10.0


def refused(*arguments: str) -> str:
    """What a house that does not start says."""
    command = [foyer_binary(), "serve", "--listen", "127.0.0.1:0", *arguments]
    with Program(command) as program:
        assert program.wait(_STOP_SECONDS) != 0
    return "\n".join(program.errors)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return make_web(tmp_path / "web")


def test_it_prints_where_to_look() -> None:
    with Desk() as house:
        said = "\n".join(house.output)
        front_desk = house.team()
        for place in ("/", f"/chat/{front_desk}", "/dashboard", "/dev/outbox"):
            assert re.search(rf" {re.escape(house.url + place)}(\s|$)", said), place
        assert f"http://localhost:{house.port}/demo/clinic" in said
        for member in house.demo()["members"]:
            assert member["email"] in said and said.count(member["password"]) == 1
        assert "Nothing is sent" in said and "Careful" not in said


def test_demo_data_outlive_a_restart(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data") as house:
        before = house.demo()
        browser = Browser(house)
        browser.sign_in_as_member()
    with Desk(data=tmp_path / "data") as house:
        assert [team["id"] for team in house.demo()["teams"]] == [team["id"] for team in before["teams"]]
        assert house.demo()["members"] == before["members"]
        again = Browser(house)
        again.cookies = browser.cookies
        assert again.get("/api/v1/members/session").status == 200
        assert again.sign_in_as_member()["name"] == before["members"][0]["name"]


def test_without_demo_nothing_of_it_is_shown(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data") as house:
        team = house.team()
    with Desk(data=tmp_path / "data", demo=False) as house:
        assert house.get("/api/v1/house").json() == {"demo": None}
        for path in ("/dev/outbox", "/api/v1/dev/outbox", "/demo/clinic", "/demo/clinic.css"):
            assert house.get(path).status == 404
        assert house.get(f"/chat/{team}").csp["frame-ancestors"] == "'self'"
        assert house.get(f"/api/v1/teams/{team}").status == 200
        assert "only --demo shows them" in "\n".join(house.output)


def test_an_empty_house_says_so(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data", demo=False) as house:
        assert "is empty" in "\n".join(house.output)
        assert house.get("/").status == 200 and house.get("/healthz").json()["status"] == "ok"


def test_the_data_are_for_its_own_user(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data") as house:
        assert stat.S_IMODE(house.data.stat().st_mode) == 0o700
        assert stat.S_IMODE((house.data / "demo.json").stat().st_mode) == 0o600


@pytest.mark.skipif("debug" in foyer_binary(), reason="a debug build has the control socket")
def test_a_release_has_no_door_to_its_clock(tmp_path: Path, web: Path) -> None:
    said = refused("--web", str(web), "--data", str(tmp_path / "data"), "--control", str(tmp_path / "control"))
    assert "--control" in said and "release build" in said
    assert not (tmp_path / "control").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_it_stops_when_told_to(number: signal.Signals) -> None:
    with Desk() as house:
        house.signal(number)
        assert house.wait(_STOP_SECONDS) == 0
        assert not [line for line in house.errors if "error" in line.lower()]


def test_a_missing_page_is_told(tmp_path: Path) -> None:
    said = refused("--web", "nowhere", "--data", str(tmp_path / "data"))
    assert "There is no page in 'nowhere'" in said and "--web" in said
    assert not (tmp_path / "data").exists()


def test_a_second_process_is_told_of_the_first(tmp_path: Path, web: Path) -> None:
    with Desk(data=tmp_path / "data"):
        said = refused("--web", str(web), "--data", str(tmp_path / "data"), "--demo")
    assert "cannot be opened" in said and "in use by another process" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_to_is_told(tmp_path: Path, web: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    said = refused("--web", str(web), "--data", str(tmp_path / "data"))
    assert "cannot be written to" in said and "--data" in said


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path, web: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    said = refused("--web", str(web), "--data", str(tmp_path / "nowhere" / "data"))
    assert "cannot be made: No such file or directory" in said and "--data" in said
    assert "cannot be written to: Not a directory" in refused("--web", str(web), "--data", str(tmp_path / "file"))


def test_a_house_of_patients_gets_no_demo_data(tmp_path: Path, web: Path) -> None:
    with Desk(data=tmp_path / "data"):
        pass
    (tmp_path / "data" / "demo.json").unlink()
    said = refused("--web", str(web), "--data", str(tmp_path / "data"), "--demo")
    assert "is not empty" in said and "without --demo" in said


@pytest.mark.parametrize(
    "address", ["chat.example.org", "ftp://x", "https://", "https://a/b", "http://a:0", "http://a b"]
)
def test_a_public_address_that_is_none_is_told(tmp_path: Path, web: Path, address: str) -> None:
    said = refused("--web", str(web), "--data", str(tmp_path / "data"), "--public-url", address)
    assert "--public-url" in said and "is not an address" in said


def test_what_is_dangerous_is_told() -> None:
    with Desk("--public-url", "http://chat.example.org") as house:
        said = "\n".join(house.output)
        assert "not https" in said and "sees the demo's passwords" in said
    with Desk(listen=("0.0.0.0:0",)) as house:
        assert "sees the demo's passwords" in "\n".join(house.output)
