"""Nodes of one house that start at the same moment, on databases that are empty."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cluster import Postgres
from support.server import REPOSITORY, Program, foyer_binary
from support.waiting import wait_until

_START_SECONDS = 60.0


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _listens(node: Program) -> bool:
    return any(line.startswith("foyer listening on ") for line in node.output)


def _logins(node: Program) -> list[str]:
    return [line for line in node.output if "@harbour.example" in line]


def test_two_nodes_that_start_at_once_fill_an_empty_house_once(postgres: Postgres, tmp_path: Path) -> None:
    secrets = {name: os.urandom(32) for name in ("master.key", "audit-signing.key")}
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        (folder / "keys").mkdir(parents=True, mode=0o700)
        for name, secret in secrets.items():
            (folder / "keys" / name).touch(0o600)
            (folder / "keys" / name).write_bytes(secret)

    def start(folder: Path) -> Program:
        places = ["--data", str(folder), "--web", str(REPOSITORY / "web"), "--listen", "127.0.0.1:0"]
        databases = ["--database", postgres.url("foyer"), "--keys", postgres.url("foyer_keys"), "--node", folder.name]
        return Program([foyer_binary(), "serve", "--demo", *places, *databases])

    with ExitStack() as stack:
        nodes = [stack.enter_context(start(folder)) for folder in folders]
        wait_until(
            lambda: all(_listens(node) or not node.running() for node in nodes),
            _START_SECONDS,
            "both have settled",
        )
        said = [node.errors for node in nodes]
        assert sorted(map(_listens, nodes)) == [False, True], said
        filling, refused = sorted(range(2), key=lambda index: not _listens(nodes[index]))
        assert nodes[refused].wait(_START_SECONDS) != 0
        assert "copy that node's demo.json there" in "\n".join(nodes[refused].errors), said
        made = {table: postgres.ask(f"SELECT count(*) FROM {table}", "foyer") for table in _MADE}
        assert made == _MADE

        shutil.copy(folders[filling] / "demo.json", folders[refused])
        again = stack.enter_context(start(folders[refused]))
        wait_until(lambda: _listens(again) or not again.running(), _START_SECONDS, "the other one listens")
        wait_until(lambda: _logins(again) == _logins(nodes[filling]) != [], _START_SECONDS, "it knows the logins, too")


# The demo's people, as psql says it.
_MADE = {"organisation": "1", "team": "2", "member": "5"}
