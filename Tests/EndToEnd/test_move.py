"""A house moves from its file to PostgreSQL: nobody notices, and nothing stays behind."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import Postgres
from support.callers import Caller
from support.house import House, debug_binary


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


def foyer(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([debug_binary(), *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.covers("B11")
def test_a_house_moves_from_its_file_to_postgresql_and_its_guests_go_on(postgres: Postgres, tmp_path: Path) -> None:
    databases = ["--database", postgres.url("foyer"), "--keys", postgres.url("foyer_keys")]
    with House(tmp_path) as before:
        mona = Caller(before, "Mona", "Moves")
        mona.asks(before.team("Radiology"), "An old picture", "Before the move", details={"Referral number": "R 1"})
        log = mona.log()
        running = foyer("copy", "--data", str(tmp_path / "data"), *databases)
        assert running.returncode != 0 and "in use" in running.stderr, running.stderr

    copied = foyer("copy", "--data", str(tmp_path / "data"), *databases)
    assert copied.returncode == 0, copied.stderr
    with sqlite3.connect(tmp_path / "data" / "foyer.sqlite") as file:
        events = file.execute("SELECT count(*) FROM caseEvent").fetchone()[0]
    assert f"caseEvent: {events} rows, the same on both sides" in copied.stdout
    again = foyer("copy", "--data", str(tmp_path / "data"), *databases)
    assert again.returncode != 0 and "drop it and create it again" in again.stderr

    # A node of its own, which has nothing of the old one but two keys, and the demo's logins.
    (node := tmp_path / "node").mkdir()
    for name in ("keys/master.key", "keys/audit-signing.key", "demo.json"):
        (node / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tmp_path / "data" / name, node / "data" / name)
    with House(node, *databases, "--node", "first") as after:
        mona.house = after
        assert mona.log() == log
        mona.writes("After the move")
        assert [event["event"]["text"] for event in mona.log()[-1:]] == ["After the move"]
        # Who comes now has a number of their own.
        Caller(after, "Nora", "New").asks(
            after.team("Radiology"), "A new one", "Hello", details={"Referral number": "R 2"}
        )


def test_a_database_is_brought_up_to_date_before_the_nodes_are(postgres: Postgres) -> None:
    postgres.ask("CREATE DATABASE migrated")
    url = postgres.url("migrated")
    first, second = foyer("migrate", "--database", url), foyer("migrate", "--database", url)
    assert first.returncode == 0 and "was brought from schema 0" in first.stdout, first.stderr
    assert second.returncode == 0 and "which is this release's" in second.stdout
    for printed in (first.stdout, second.stdout):
        assert postgres.password not in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--redis", "redis://127.0.0.1"], "go with --database"),
        (["--database", "postgres://127.0.0.1/foyer"], "needs --keys"),
        (["--database", "postgres://h/a", "--keys", "postgres://h/a"], "are the same"),
        (["--database", "mysql://h/a", "--keys", "postgres://h/b"], "postgres"),
        (["--database", "postgres://h/a", "--keys", "postgres://h/b", "--redis", "http://h"], "redis"),
    ],
)
def test_databases_that_cannot_be_meant_are_refused(arguments: list[str], words: str, tmp_path: Path) -> None:
    refused = foyer("serve", "--data", str(tmp_path), "--listen", "127.0.0.1:0", *arguments)
    assert refused.returncode != 0
    assert words in refused.stderr, refused.stderr
