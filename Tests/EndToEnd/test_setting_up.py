"""From an empty house to its first sign-in: by the set-up page's address, and by `foyer init`."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import Postgres
from support.desk import Browser, Desk
from support.server import foyer_binary
from support.setting_up import EMAIL, PASSWORD, set_up, token

_INIT = {
    "--organisation": "Quayside Surgery",
    "--country": "+44",
    "--emergency-number": "999",
    "--team": "Front desk",
    "--time-zone": "Europe/London",
    "--name": "Robin Marsh",
    "--email": EMAIL,
}


def init(data: Path, *more: str, password: str = PASSWORD, **changes: str | None) -> subprocess.CompletedProcess[str]:
    options = {**_INIT, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    given = [part for name, value in options.items() if value is not None for part in (name, value)]
    command = [foyer_binary(), "init", "--data", str(data), *given, "--password-stdin", *more]
    return subprocess.run(command, input=f"{password}\n", capture_output=True, text=True, timeout=60)


def sign_in(house: Desk) -> int:
    return Browser(house).post("/api/v1/members/login", {"email": EMAIL, "password": PASSWORD}).status


def test_an_empty_house_shows_its_set_up_page_until_it_is_set_up(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data", demo=False) as house:
        assert house.set_up_address.startswith(f"{house.url}/#")
        assert "Set up this front desk" in house.get("/").text
        browser = Browser(house)
        done = set_up(house, browser)
        assert done.status == 200 and done.json()["member"]["name"] == "Robin Marsh"
        # Signed in already.
        assert browser.get("/api/v1/members/session").status == 200
        assert "Set up this front desk" not in house.get("/").text
        again = set_up(house, email="mallory@elsewhere.example")
        assert (again.status, again.error["code"]) == (409, "already_founded")
    with Desk(data=tmp_path / "data", demo=False) as house:
        assert "is empty" not in "\n".join(house.output)
        assert sign_in(house) == 200
        assert house.ask("POST", "/api/v1/setup", b"{}", {"Origin": house.url}).status == 404


def test_nobody_without_the_token_takes_the_house(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data", demo=False) as house:
        # Not in the page, nor anywhere else that a stranger can read.
        assert token(house) not in house.get("/").text + house.get("/account/setup.js").text
        for wrong in ("x", token(house)[:-1], token(house) + "x", token(house).upper()):
            answer = set_up(house, token=wrong)
            assert (answer.status, answer.error["code"], answer.error["field"]) == (403, "wrong_token", "token")
        assert sign_in(house) == 401
        # Another site's page has it neither, and could not use it.
        foreign = set_up(house, Browser(house, "https://elsewhere.example"))
        assert (foreign.status, foreign.error["code"]) == (403, "foreign_origin")
        assert set_up(house).status == 200


def test_each_start_makes_another_token(tmp_path: Path) -> None:
    with Desk(data=tmp_path / "data", demo=False) as house:
        first = token(house)
    with Desk(data=tmp_path / "data", demo=False) as house:
        assert token(house) != first
        assert set_up(house, token=first).status == 403


def test_the_command_line_does_the_same(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = init(data)
    assert done.returncode == 0, done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    again = init(data, email="other@quayside.example")
    assert again.returncode != 0 and "set up already" in again.stderr
    with Desk(data=data, demo=False) as house:
        assert sign_in(house) == 200
        refused = init(data)
        assert refused.returncode != 0 and "another process" in refused.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "robin"}, "--email: "),
        ({"country": "44"}, "--country: "),
        ({"time_zone": "Mars"}, "--time-zone: "),
        ({"password": "short"}, "--password-stdin: Use at least 12"),
        ({"team": None}, "--team is missing"),
    ],
)
def test_what_is_wrong_is_named_by_its_option(tmp_path: Path, change: dict[str, str | None], said: str) -> None:
    refused = init(tmp_path / "data", **change)  # type: ignore[arg-type]
    assert refused.returncode != 0 and said in refused.stderr, refused.stderr
    done = init(tmp_path / "data")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_of_two_nodes_one_sets_the_house_up(postgres: Postgres, tmp_path: Path) -> None:
    databases = ["--database", postgres.url("foyer"), "--keys", postgres.url("foyer_keys")]
    with Desk(*databases, "--node", "one", data=tmp_path / "one", demo=False) as one:
        (tmp_path / "two" / "keys").mkdir(parents=True, mode=0o700)
        for name in ("master.key", "audit-signing.key"):
            (tmp_path / "two" / "keys" / name).touch(0o600)
            (tmp_path / "two" / "keys" / name).write_bytes((tmp_path / "one" / "keys" / name).read_bytes())
        with Desk(*databases, "--node", "two", data=tmp_path / "two", demo=False) as two:
            assert token(one) != token(two)
            assert set_up(two).status == 200
            late = set_up(one, email="late@quayside.example")
            assert (late.status, late.error["code"]) == (409, "already_founded")
            assert sign_in(one) == 200
    assert postgres.ask("SELECT count(*) FROM member", "foyer") == "1"
