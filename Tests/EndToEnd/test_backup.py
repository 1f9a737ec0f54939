"""`foyer backup` of a house that serves, and `foyer restore` into an empty directory: every row, and every message."""

import json
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from support.desk import Browser, Desk
from support.server import foyer_binary
from support.sockets import ProtocolSocket

# What a house changes by itself when it is opened.
_OF_A_START = {"meta", "node", "nodeMember", "auditHead"}


def foyer(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([foyer_binary(), *arguments], capture_output=True, text=True, timeout=120)


def backup(data: Path, target: Path, keys: Path | None = None) -> None:
    where = ["--keys", str(keys)] if keys else []
    done = foyer("backup", str(target), *where, "--data", str(data))
    assert done.returncode == 0, done.stderr


def restore(source: Path, data: Path, keys: Path | None = None) -> None:
    where = ["--keys", str(keys)] if keys else []
    done = foyer("restore", str(source), *where, "--data", str(data))
    assert done.returncode == 0, done.stderr


def rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        tables = [name for (name,) in found]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}


def opened_case(guest: Browser) -> tuple[ProtocolSocket, str]:
    socket = ProtocolSocket(guest)
    team = guest.house.team("Radiology")
    answer = socket.ask("open", team=team, subject="About my scan", key=uuid.uuid4().hex)
    return socket, answer["ok"]["case"]


def say(socket: ProtocolSocket, case: str, text: str) -> None:
    key = uuid.uuid4().hex
    while (answer := socket.ask("send", case=case, text=text, key=key)).get("error", {}).get("code") == "too_fast":
        time.sleep(0.05)
    assert "ok" in answer, answer


def texts(socket: ProtocolSocket, case: str) -> list[str]:
    return [event["text"] for event in socket.log(case) if event.get("kind") == "message" or "text" in event]


def test_a_backup_taken_while_messages_are_written_is_restored_with_all_of_them(tmp_path: Path) -> None:
    data, copy, keys, other = (tmp_path / name for name in ("data", "copy", "keys", "other"))
    acknowledged: list[str] = []
    before: list[str] = []
    with Desk(data=data) as house:
        (data / "files" / "ab").mkdir(parents=True, mode=0o700)
        (data / "files" / "ab" / "sealed").write_bytes(b"\x01sealed")
        guest = Browser(house)
        guest.sign_in_as_guest()
        socket, case = opened_case(guest)
        generation = socket.welcome["generation"]
        is_over = threading.Event()

        def talk() -> None:
            while not is_over.is_set():
                say(socket, case, f"message {len(acknowledged)}")
                acknowledged.append(f"message {len(acknowledged)}")

        talker = threading.Thread(target=talk)
        talker.start()
        try:
            while len(acknowledged) < 20:
                is_over.wait(0.01)
            before = list(acknowledged)
            backup(data, copy, keys)
        finally:
            is_over.set()
            talker.join(20)
        assert len(acknowledged) > len(before), "the house served on meanwhile"
        socket.close()

    assert stat.S_IMODE(copy.stat().st_mode) == 0o700 and stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert not [name for name in copy.rglob("*") if "key" in name.name]
    manifest = json.loads((copy / "manifest.json").read_text())
    kept = rows(copy / "foyer.sqlite")
    assert manifest["rows"] == {name: len(lines) for name, lines in kept.items()}
    # One moment: a case's row and its events were written together.
    with sqlite3.connect(copy / "foyer.sqlite") as connection:
        torn = "SELECT id FROM caseRow WHERE teamHead <> (SELECT max(number) FROM caseEvent WHERE caseID = caseRow.id)"
        assert connection.execute(torn).fetchall() == []

    restore(copy, other, keys)
    assert (other / "files/ab/sealed").read_bytes() == b"\x01sealed"
    assert foyer("audit", "verify", "--data", str(other)).returncode == 0
    there = rows(other / "foyer.sqlite")
    assert {name: lines for name, lines in there.items() if name not in _OF_A_START} == {
        name: lines for name, lines in kept.items() if name not in _OF_A_START
    }
    with Desk(data=other) as house:
        again = Browser(house)
        again.cookies = guest.cookies
        socket = ProtocolSocket(again)
        assert socket.welcome["generation"] != generation
        read = texts(socket, case)
        said = [text for text in read if text.startswith("message ")]
        # All that was acknowledged before, and what followed without a gap.
        assert said[: len(before)] == before and said == [f"message {number}" for number in range(len(said))]
        say(socket, case, "it goes on")
        assert texts(socket, case)[-1] == "it goes on"
        socket.close()


def test_without_its_keys_a_backup_is_unreadable_and_with_its_own_it_opens(tmp_path: Path) -> None:
    data, copy, other = (tmp_path / name for name in ("data", "copy", "other"))
    with Desk(data=data) as house:
        guest = Browser(house)
        guest.sign_in_as_guest(firstName="Philippa")
        socket, case = opened_case(guest)
        say(socket, case, "a secret of mine")
        socket.close()
    # Closed: the keys stay where they are.
    backup(data, copy)
    everything = b"".join(path.read_bytes() for path in copy.rglob("*") if path.suffix == ".sqlite")
    assert b"Philippa" not in everything and b"a secret" not in everything
    restore(copy, other)
    refused = foyer("restored", "--data", str(other))
    assert refused.returncode != 0 and "keys" in refused.stderr
    shutil.rmtree(other)
    shutil.copytree(data / "keys", other / "keys")
    restore(copy, other)
    with Desk(data=other) as house:
        again = Browser(house)
        again.cookies = guest.cookies
        assert again.get("/api/v1/guests/session").json()["guest"]["firstName"] == "Philippa"
        socket = ProtocolSocket(again)
        assert "a secret of mine" in texts(socket, case)
        socket.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with Desk(data=folder / "data"):
        pass
    backup(folder / "data", folder / "copy", folder / "keys")
    return folder


def test_what_is_no_whole_backup_is_not_restored(made: Path, tmp_path: Path) -> None:
    def refusal(change: str) -> str:
        copy, keys = tmp_path / change / "copy", tmp_path / change / "keys"
        shutil.copytree(made / "copy", copy)
        shutil.copytree(made / "keys", keys)
        match change:
            case "manifest":
                (copy / "manifest.json").unlink()
            case "byte":
                content = bytearray((copy / "foyer.sqlite").read_bytes())
                content[5000] ^= 1
                (copy / "foyer.sqlite").write_bytes(content)
            case "key":
                (keys / "keys/master.key").write_bytes(bytes(32))
            case "outside":
                text = (copy / "manifest.json").read_text()
                (copy / "manifest.json").write_text(text.replace("foyer.sqlite", "../foyer.sqlite"))
            case "older":
                manifest = json.loads((keys / "manifest.json").read_text())
                (keys / "manifest.json").write_text(json.dumps({**manifest, "madeAt": 1}))
            case "swapped":
                copy, keys = keys, copy
        done = foyer("restore", str(copy), "--keys", str(keys), "--data", str(tmp_path / change / "new"))
        assert done.returncode != 0
        assert not (tmp_path / change / "new").exists()
        return done.stderr

    assert "not a whole one" in refusal("manifest")
    assert "Damaged" in refusal("byte")
    assert "Damaged" in refusal("key")
    assert "outside of the backup" in refusal("outside")
    assert "older than the data" in refusal("older")
    assert "is a backup of keys" in refusal("swapped")


def test_nothing_is_written_over(made: Path, tmp_path: Path) -> None:
    again = foyer("backup", str(made / "copy"), "--data", str(made / "data"))
    assert again.returncode != 0 and "not empty" in again.stderr
    over = foyer("restore", str(made / "copy"), "--keys", str(made / "keys"), "--data", str(made / "data"))
    assert over.returncode != 0 and "not empty" in over.stderr
    within = foyer("backup", str(tmp_path / "a"), "--keys", str(tmp_path / "a/keys"), "--data", str(made / "data"))
    assert within.returncode != 0 and "one within the other" in within.stderr
    none = foyer("backup", str(tmp_path / "b"), "--data", str(tmp_path / "none"))
    assert none.returncode != 0 and "pg_dump" in none.stderr


def test_an_audit_trail_that_was_changed_is_not_backed_up_in_silence(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "data", tmp_path / "data")
    with sqlite3.connect(tmp_path / "data/foyer.sqlite") as connection:
        connection.execute("UPDATE auditRow SET action = 'nothing' WHERE number = 2")
    refused = foyer("backup", str(tmp_path / "copy"), "--data", str(tmp_path / "data"))
    assert refused.returncode != 0 and "not intact" in refused.stderr
    assert not (tmp_path / "copy/manifest.json").exists()
