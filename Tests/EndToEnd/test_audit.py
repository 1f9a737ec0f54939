"""`foyer audit` on houses whose trail is written here, by the book (docs/security.md) and not by the program; and
on one of two nodes, whose trail they have written themselves."""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster import SHARED_FILES, Postgres
from support.claim_race import member
from support.house import House as FrontDesk
from support.server import foyer_binary

_ROWS = (
    "node TEXT, number INTEGER, at INTEGER, organisation INTEGER, actor TEXT, action TEXT, subject TEXT, detail TEXT"
)
_PKCS8_PREFIX = bytes.fromhex("302e020100300506032b657004220420")


def _encoded(*fields: int | str | bytes) -> bytes:
    message = b""
    for field in fields:
        if isinstance(field, int):
            message += field.to_bytes(8, "big", signed=True)
        else:
            data = field.encode() if isinstance(field, str) else field
            message += len(data).to_bytes(8, "big") + data
    return message


@dataclass
class House:
    directory: Path

    def __post_init__(self) -> None:
        keys = self.directory / "keys"
        keys.mkdir(mode=0o700)
        self.secret = os.urandom(32)
        self.signing_key.touch(0o600)
        self.signing_key.write_bytes(self.secret)
        self.database = sqlite3.connect(self.directory / "foyer.sqlite", isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute(f"CREATE TABLE auditRow ({_ROWS}, hash BLOB, PRIMARY KEY (node, number))")
        self.database.execute(
            "CREATE TABLE auditHead (node TEXT, number INTEGER, rows INTEGER, at INTEGER, hash BLOB, signature BLOB)"
        )
        self.last_hash = bytes(32)
        self.rows = 0
        self.heads = 0

    @property
    def signing_key(self) -> Path:
        return self.directory / "keys" / "audit-signing.key"

    def append(self, count: int) -> None:
        for _ in range(count):
            self.rows += 1
            row = ("n1", self.rows, 1_700_000_000_000, 1, "member:17", "case.viewed", f"case:{self.rows}", "äöü")
            self.last_hash = hashlib.sha256(_encoded("foyer audit row 1", self.last_hash, *row)).digest()
            self.database.execute("INSERT INTO auditRow VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, self.last_hash))

    def sign(self) -> None:
        self.heads += 1
        head = ("n1", self.heads, self.rows, 1_700_000_000_000)
        signature = self._signature(_encoded("foyer audit head 1", *head, self.last_hash))
        self.database.execute("INSERT INTO auditHead VALUES (?, ?, ?, ?, ?, ?)", (*head, self.last_hash, signature))
        with (self.directory / "keys" / "audit-heads.log").open("a") as file:
            file.write(" ".join(["1", *map(str, head), self.last_hash.hex(), signature.hex()]) + "\n")

    def _signature(self, message: bytes) -> bytes:
        key = self.directory / "key.der"
        key.write_bytes(_PKCS8_PREFIX + self.secret)
        text = self.directory / "message"
        text.write_bytes(message)
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", str(key), "-in", str(text)]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def audit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [foyer_binary(), "audit", *arguments, "--data", str(self.directory)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    for count in (4, 3, 3):
        house.append(count)
        house.sign()
    return house


def test_an_intact_trail_is_intact(house: House) -> None:
    house.append(2)
    checked = house.audit("verify")
    assert checked.returncode == 0, checked
    assert "node n1: 12 rows, 3 heads" in checked.stdout
    assert "2 rows since then" in checked.stdout
    assert "The audit trail is intact." in checked.stdout


@pytest.mark.covers("B9")
@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE auditRow SET actor = 'member:1' WHERE number = 5", "row 5 does not agree with its hash"),
        ("DELETE FROM auditRow WHERE number = 5", "row 5 is missing from the middle"),
        ("DELETE FROM auditRow WHERE number > 8", "rows 9 to 10 are missing at the end"),
        (
            "UPDATE auditRow SET number = 100 + 17 - number WHERE number IN (8, 9);"
            "UPDATE auditRow SET number = number - 100 WHERE number > 100",
            "row 8 does not agree with its hash",
        ),
        ("UPDATE auditHead SET rows = 8 WHERE number = 3", "head 3 in the database is not signed"),
    ],
    ids=["changed", "removed", "removed at the end", "swapped", "head changed"],
)
def test_tampering_is_found(house: House, tampering: str, said: str) -> None:
    house.database.executescript(tampering)
    checked = house.audit("verify")
    assert checked.returncode == 1, checked
    assert said in checked.stdout, checked.stdout
    assert "intact" not in checked.stdout


def test_a_cut_heads_file_is_found(house: House) -> None:
    file = house.directory / "keys" / "audit-heads.log"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:1]))
    checked = house.audit("verify")
    assert checked.returncode == 1
    assert "heads 2 to 3 are missing from the heads file" in checked.stdout


def test_a_public_key_kept_elsewhere_shows_a_replaced_one(house: House, tmp_path: Path) -> None:
    printed = house.audit("public-key")
    kept = tmp_path / "kept.pem"
    kept.write_text(printed.stdout)
    assert house.audit("verify", "--public-key", str(kept)).returncode == 0
    house.signing_key.write_bytes(os.urandom(32))
    assert house.audit("verify").returncode == 1
    assert house.audit("verify", "--public-key", str(kept)).returncode == 0


def test_what_cannot_be_checked_is_told_apart(house: House) -> None:
    house.signing_key.chmod(0o644)
    refused = house.audit("verify")
    assert refused.returncode == 2
    assert f"chmod 600 '{house.signing_key}'" in refused.stderr
    house.signing_key.chmod(0o600)
    (house.directory / "foyer.sqlite").rename(house.directory / "elsewhere")
    refused = house.audit("verify")
    assert refused.returncode == 2
    assert "There is no database" in refused.stderr
    assert not (house.directory / "foyer.sqlite").exists()


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.mark.covers("B9")
def test_the_chains_of_all_nodes_are_checked_in_their_common_database(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.url("foyer")
    databases = ["--database", url, "--keys", postgres.url("foyer_keys")]
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    with FrontDesk(first, *databases, "--node", "first") as one:
        for name in SHARED_FILES:
            (second / "data" / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy(first / "data" / name, second / "data" / name)
        email, password = next(iter(one.passwords.items()))
        login = {"email": email, "password": password}
        with FrontDesk(second, *databases, "--node", "second") as other:
            for node in (one, other, one):
                member(node.http_url, login)

    def verify(*more: str) -> subprocess.CompletedProcess[str]:
        command = [foyer_binary(), "audit", "verify", "--data", str(first / "data"), *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert postgres.password not in done.stdout + done.stderr
        return done

    whole = ["--database", url, "--node", "first", "--heads", str(second / "data" / "keys" / "audit-heads.log")]
    checked = verify(*whole)
    assert checked.returncode == 0, checked
    rows = dict(re.findall(r"node (\w+): (\d+) rows, 1 heads, signed up to \S+ 0 rows since then", checked.stdout))
    assert set(rows) == {"first", "second"} and int(rows["first"]) > int(rows["second"]) == 1, checked.stdout
    assert "The audit trail is intact." in checked.stdout and "note:" not in checked.stdout
    # Without a copy of its file, the other node's heads are not taken for missing, nor for checked.
    checked = verify("--database", url, "--node", "first")
    assert checked.returncode == 0 and "note: node second: its signed heads" in checked.stdout, checked

    postgres.ask("UPDATE auditRow SET actor = 'member:99' WHERE node = 'second'", "foyer")
    checked = verify(*whole)
    assert checked.returncode == 1, checked
    assert "second: row 1 does not agree with its hash" in checked.stdout, checked.stdout
    assert "intact" not in checked.stdout
    postgres.ask("DELETE FROM auditRow WHERE node = 'first' AND number = 2", "foyer")
    checked = verify(*whole)
    assert checked.returncode == 1 and "first: row 2 is missing from the middle" in checked.stdout, checked


def test_a_database_without_a_trail_is_told_apart(postgres: Postgres, house: House) -> None:
    refused = house.audit("verify", "--database", postgres.url("foyer"))
    assert refused.returncode == 2 and "There is no audit trail in" in refused.stderr, refused
    postgres.ask("CREATE TABLE invoices (n BIGINT)", "foyer")
    refused = house.audit("verify", "--database", postgres.url("foyer"))
    assert refused.returncode == 2 and "not Foyer's" in refused.stderr, refused
    postgres.stop()
    refused = house.audit("verify", "--database", postgres.url("foyer"))
    assert refused.returncode == 2 and refused.stderr, refused
    assert house.audit("verify", "--node", "first").returncode == 64
