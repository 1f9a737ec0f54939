"""Settings of a house on two nodes: what is changed at one holds at the other within five seconds, without a broker."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import Postgres
from support.desk import Browser, Desk
from support.sockets import ProtocolSocket
from support.waiting import wait_until

_SECONDS = 5.0


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_a_change_at_one_node_reaches_the_sockets_of_the_other(postgres: Postgres, tmp_path: Path) -> None:
    secrets = {name: os.urandom(32) for name in ("master.key", "audit-signing.key")}
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        (folder / "keys").mkdir(parents=True, mode=0o700)
        for name, secret in secrets.items():
            (folder / "keys" / name).touch(0o600)
            (folder / "keys" / name).write_bytes(secret)
    databases = ["--database", postgres.url("foyer"), "--keys", postgres.url("foyer_keys")]
    with (
        Desk(*databases, "--node", "one", data=folders[0]) as one,
        Desk(*databases, "--node", "two", data=folders[1], demo=False) as two,
    ):
        amara, ben = Browser(one), Browser(two)
        amara.sign_in_as_member(0)
        login = one.demo()["members"][1]
        team = one.team()
        signed_in = ben.post("/api/v1/members/login", {"email": login["email"], "password": login["password"]})
        assert signed_in.status == 200, signed_in.text
        socket = ProtocolSocket(ben, "members")
        now = amara.get(f"/api/v1/settings/teams/{team}").json()
        started = time.monotonic()
        changed = amara.put(
            f"/api/v1/settings/teams/{team}",
            {"revision": now["revision"], "about": {**now["about"], "name": "Reception"}},
        )
        assert changed.status == 200, changed.text
        while (message := socket.hear()).get("push") != "settings":
            pass
        assert time.monotonic() - started < _SECONDS
        assert "Reception" in [one["name"] for one in message["teams"]]
        assert two.get(f"/api/v1/teams/{team}").json()["team"]["name"] == "Reception"

        house = amara.get("/api/v1/settings/organisation").json()
        wish = {**house["organisation"], "embeddingOrigins": ["https://clinic.example"]}
        body = {"revision": house["revision"], "organisation": wish}
        assert amara.put("/api/v1/settings/organisation", body).status == 200
        wait_until(
            lambda: "https://clinic.example" in two.get(f"/chat/{team}").csp["frame-ancestors"], _SECONDS, "the origin"
        )

        member = next(
            one for one in amara.get("/api/v1/settings/members").json()["members"] if one["email"] == login["email"]
        )
        fields = {name: member[name] for name in ("name", "role", "teams")}
        shut_out = {"revision": member["revision"], "member": {**fields, "isActive": False}}
        started = time.monotonic()
        assert amara.put(f"/api/v1/settings/members/{member['id']}", shut_out).status == 200
        assert socket.end()[0] in (4101, 4102)
        assert time.monotonic() - started < _SECONDS
        assert ben.get("/api/v1/members/session").status == 401
