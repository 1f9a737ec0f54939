"""What administrators set over HTTP (docs/http.md, "Settings"): who may, what is recorded, and how it reaches those who
are here already.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from support.desk import Browser, Desk
from support.sockets import ProtocolSocket
from support.waiting import wait_until

# The longest that a change may take to be everywhere.
_SECONDS = 5.0

ADMINISTRATOR, BEN, WILHELMINA, CHRISTINA, NOUR = range(5)
READS = ["organisation", "teams", "members", "roles", "changes"]


@pytest.fixture
def house() -> Iterator[Desk]:
    with Desk() as house:
        yield house


@pytest.fixture(scope="module")
def untouched() -> Iterator[Desk]:
    """For tests that change nothing."""
    with Desk() as house:
        yield house


@pytest.fixture
def amara(house: Desk) -> Browser:
    return signed_in(house, ADMINISTRATOR)


def signed_in(house: Desk, index: int) -> Browser:
    browser = Browser(house)
    browser.sign_in_as_member(index)
    return browser


def settings(browser: Browser, place: str) -> dict[str, Any]:
    answer = browser.get(f"/api/v1/settings/{place}")
    assert answer.status == 200, answer.text
    return answer.json()


def change(browser: Browser, place: str, revision: int, **parts: Any) -> dict[str, Any]:
    answer = browser.put(f"/api/v1/settings/{place}", {"revision": revision, **parts})
    assert answer.status == 200, answer.text
    return answer.json()


def change_organisation(browser: Browser, **parts: Any) -> dict[str, Any]:
    now = settings(browser, "organisation")
    return change(browser, "organisation", now["revision"], organisation={**now["organisation"], **parts})


def member_named(browser: Browser, name: str) -> dict[str, Any]:
    return next(one for one in settings(browser, "members")["members"] if one["name"].startswith(name))


def change_member(browser: Browser, whom: str, /, **parts: Any) -> dict[str, Any]:
    now = member_named(browser, whom)
    whole = {key: now[key] for key in ("name", "role", "isActive", "teams")} | parts
    return change(browser, f"members/{now['id']}", now["revision"], member=whole)


def hears(socket: ProtocolSocket, push: str) -> dict[str, Any]:
    while (message := socket.hear()).get("push") != push:
        pass
    return message


# Who may.


@pytest.mark.covers("S2.1")
@pytest.mark.parametrize("place", READS)
def test_settings_are_for_administrators_alone(untouched: Desk, place: str) -> None:
    path = f"/api/v1/settings/{place}"
    assert Browser(untouched).get(path).error["code"] == "sign_in"
    guest = Browser(untouched)
    guest.sign_in_as_guest(f"+44770090020{READS.index(place)}")
    assert guest.get(path).error["code"] == "sign_in"
    for other in (BEN, CHRISTINA):
        answer = signed_in(untouched, other).get(path)
        assert answer.status == 403 and answer.error["code"] == "administrators_only"


@pytest.mark.covers("S2.1")
def test_nobody_else_can_change_anything(untouched: Desk) -> None:
    amara = signed_in(untouched, ADMINISTRATOR)
    team, member = untouched.team(), member_named(amara, "Ben")["id"]
    ben = signed_in(untouched, BEN)
    for path in ("organisation", "roles", f"teams/{team}", f"members/{member}"):
        answer = ben.put(f"/api/v1/settings/{path}", {"revision": 1})
        assert answer.status == 403 and answer.error["code"] == "administrators_only", path
        stranger = Browser(untouched).put(f"/api/v1/settings/{path}", {"revision": 1})
        assert stranger.error["code"] == "sign_in"
    assert ben.post("/api/v1/settings/teams", {"name": "Ours", "timeZone": "UTC"}).status == 403


def test_another_sites_page_changes_nothing(untouched: Desk) -> None:
    amara = signed_in(untouched, ADMINISTRATOR)
    amara.origin = "https://elsewhere.example"
    assert amara.put("/api/v1/settings/organisation", {"revision": 1}).error["code"] == "foreign_origin"
    assert amara.post("/api/v1/settings/teams", {"name": "Ours", "timeZone": "UTC"}).error["code"] == "foreign_origin"


# One revision.


def test_of_two_who_change_at_once_the_later_one_is_told(amara: Browser) -> None:
    now = settings(amara, "organisation")
    change(amara, "organisation", now["revision"], organisation={**now["organisation"], "name": "First"})
    late = amara.put(
        "/api/v1/settings/organisation",
        {"revision": now["revision"], "organisation": {**now["organisation"], "name": "Second"}},
    )
    assert late.status == 409 and late.error["code"] == "changed_meanwhile"
    assert settings(amara, "organisation")["organisation"]["name"] == "First"


# What is set, and what comes of it.


@pytest.mark.covers("S0.8", "S0.9")
def test_categories_are_ordered_archived_and_never_lost(house: Desk, amara: Browser) -> None:
    team = house.team()
    now = settings(amara, f"teams/{team}")
    first, second, *rest = now["categories"]
    new = {"id": None, "name": "Referral", "isArchived": False}
    after = change(amara, f"teams/{team}", now["revision"], categories=[second, new, first])
    assert [one["name"] for one in after["categories"]][:3] == [second["name"], "Referral", first["name"]]
    # What was left out is archived, not gone.
    assert {one["id"] for one in rest} == {one["id"] for one in after["categories"] if one["isArchived"]}
    shown = house.get(f"/api/v1/teams/{team}").json()["categories"]
    assert [one["name"] for one in shown] == [second["name"], "Referral", first["name"]]
    archived = [{**one, "isArchived": True} for one in after["categories"]]
    change(amara, f"teams/{team}", after["revision"], categories=archived)
    assert house.get(f"/api/v1/teams/{team}").json()["categories"] == []


@pytest.mark.covers("S0.12", "S0.13")
def test_details_are_asked_for_and_checked_by_their_rules(house: Desk, amara: Browser) -> None:
    team = house.team("Radiology")
    now = settings(amara, f"teams/{team}")
    fields = [
        {"id": None, "label": label, "isMandatory": mandatory, "prefill": None, "isArchived": False, "rule": rule}
        for label, mandatory, rule in [
            ("Reference", True, {"kind": "pattern", "example": "AB-1234"}),
            ("Born", False, {"kind": "date"}),
            ("Age", False, {"kind": "number", "least": 0, "most": 130}),
            ("Word", False, {"kind": "text", "least": 2, "most": 5}),
        ]
    ]
    change(amara, f"teams/{team}", now["revision"], fields=fields)
    asked = {one["label"]: one for one in house.get(f"/api/v1/teams/{team}").json()["fields"]}
    assert list(asked) == ["Reference", "Born", "Age", "Word"]
    assert asked["Reference"]["isMandatory"] and asked["Reference"]["rule"]["example"] == "AB-1234"
    guest = Browser(house)
    guest.sign_in_as_guest()
    socket = ProtocolSocket(guest)
    case = socket.ask("open", key="1" * 32, team=team, subject="An X-ray")["ok"]["case"]

    def identify(key: int, label: str, value: str) -> dict[str, Any]:
        values = [{"field": asked[label]["id"], "value": value}]
        return socket.ask("identify", key=f"{key:032x}", case=case, values=values)

    wrong = [("Reference", "AB-123"), ("Born", "31 May"), ("Age", "131"), ("Word", "x"), ("Word", "xxxxxx")]
    for key, (label, value) in enumerate(wrong, start=2):
        error = identify(key, label, value)["error"]
        assert error["code"] == "bad_value" and error["field"] == asked[label]["id"], (label, value)
    for key, (label, value) in enumerate(
        [("Born", "1958-02-28"), ("Age", "66"), ("Word", "word"), ("Reference", "xy-0001")], start=20
    ):
        assert "ok" in identify(key, label, value), (label, value)
    assert [event["type"] for event in socket.log(case)].count("ready") == 1
    socket.close()


@pytest.mark.covers("S0.10", "S0.11")
def test_automatic_messages_are_what_was_set(house: Desk, amara: Browser) -> None:
    team = house.team("Radiology")
    now = settings(amara, f"teams/{team}")
    categories = [{"id": None, "name": name, "isArchived": False} for name in ("Report", "Other")]
    now = change(
        amara,
        f"teams/{team}",
        now["revision"],
        categories=categories,
        about={
            **now["about"],
            "expectedWaitMinutes": 7,
        },
    )
    ids = {one["name"]: one["id"] for one in now["categories"]}
    welcomes = [
        {"category": None, "when": "always", "text": "Welcome. About {wait} minutes."},
        {"category": ids["Report"], "when": "always", "text": "Reports take a day."},
    ]
    change(amara, f"teams/{team}", now["revision"], welcomes=welcomes)
    guest = Browser(house)
    guest.sign_in_as_guest()
    socket = ProtocolSocket(guest)

    def greeting(number: int, name: str) -> str | None:
        case = socket.ask("open", key=f"{number:032x}", team=team, category=ids[name])["ok"]["case"]
        texts = [event["text"] for event in socket.log(case) if event["type"] == "automatic"]
        return texts[0] if texts else None

    # The engine hears of new rules within a second.
    numbers = count(1)
    # The engine hears of new rules within a second.
    wait_until(lambda: greeting(next(numbers), "Report") == "Reports take a day.", _SECONDS, "the new message")
    assert greeting(next(numbers), "Other") == "Welcome. About 7 minutes."
    socket.close()


@pytest.mark.covers("S2.11")
def test_hours_and_holidays_are_shown_to_guests(house: Desk, amara: Browser) -> None:
    team = house.team()
    now = settings(amara, f"teams/{team}")
    week = [{"day": 1, "from": "22:00", "until": "06:00"}, {"day": 7, "from": "20:00", "until": "02:00"}]
    assert house.get(f"/api/v1/teams/{team}").json()["hours"]["holidays"] == []
    holidays = [
        {"date": "2999-12-31", "name": "Far away", "spans": []},
        *[{"date": day, "name": "Soon", "spans": [{"from": "10:00", "until": "24:00"}]} for day in _next_days(3)],
    ]
    after = change(amara, f"teams/{team}", now["revision"], hours={"week": week, "holidays": holidays})
    assert after["hours"]["week"] == [
        {"day": 1, "from": "00:00", "until": "02:00"},
        {"day": 1, "from": "22:00", "until": "24:00"},
        {"day": 2, "from": "00:00", "until": "06:00"},
        {"day": 7, "from": "20:00", "until": "24:00"},
    ]
    shown = house.get(f"/api/v1/teams/{team}").json()["hours"]
    assert shown["week"] == after["hours"]["week"]
    assert [one["date"] for one in shown["holidays"]] == _next_days(3)


def _next_days(number: int) -> list[str]:
    return [(datetime.now(UTC) + timedelta(days=2 + index)).strftime("%Y-%m-%d") for index in range(number)]


@pytest.mark.covers("S3.25")
def test_chat_is_switched_off_for_a_team_and_for_the_house(house: Desk, amara: Browser) -> None:
    team = house.team("Radiology")
    guest = Browser(house)
    guest.sign_in_as_guest()
    socket = ProtocolSocket(guest)

    def opens(number: int) -> str:
        answer = socket.ask("open", key=f"{number:032x}", team=team, subject="Hello")
        return answer["error"]["code"] if "error" in answer else "ok"

    numbers = count(1)
    now = settings(amara, f"teams/{team}")
    assert opens(next(numbers)) == "ok"
    now = change(amara, f"teams/{team}", now["revision"], about={**now["about"], "isChatOn": False})
    assert house.get(f"/api/v1/teams/{team}").json()["team"]["isChatOn"] is False
    wait_until(lambda: opens(next(numbers)) == "switched_off", _SECONDS, "the chat to be off")
    change(amara, f"teams/{team}", now["revision"], about={**now["about"], "isChatOn": True})
    wait_until(lambda: opens(next(numbers)) == "ok", _SECONDS, "the chat to be on")
    change_organisation(amara, isChatOn=False)
    assert house.get(f"/api/v1/teams/{house.team()}").json()["team"]["isChatOn"] is False
    wait_until(lambda: opens(next(numbers)) == "switched_off", _SECONDS, "the chat to be off")
    socket.close()


@pytest.mark.covers("S0.2")
def test_websites_that_may_show_the_chat_hold_at_once(house: Desk, amara: Browser) -> None:
    change_organisation(amara, embeddingOrigins=["https://clinic.example", "https://other.example:8443"])
    ancestors = house.get(f"/chat/{house.team()}").csp["frame-ancestors"]
    assert "https://clinic.example https://other.example:8443" in ancestors


@pytest.mark.covers("R9")
def test_safety_and_privacy_texts_are_those_that_were_set(house: Desk, amara: Browser) -> None:
    texts = {"emergency": "Call 112.", "emergencyNumber": "112", "privacy": "We keep it.", "privacyLink": None}
    change_organisation(amara, **texts)
    shown = house.get(f"/api/v1/teams/{house.team()}").json()["organisation"]
    assert {name: shown[name] for name in texts} == texts


@pytest.mark.covers("S0.3", "S0.4")
def test_a_qr_code_is_a_picture_to_print(house: Desk, amara: Browser) -> None:
    team = house.team()
    body = settings(amara, f"teams/{team}")
    assert body["chat"] == f"{house.url}/chat/{team}" and f'data-team="{team}"' in body["snippet"]
    answer = house.get(f"/qr/{team}.png?size=600")
    assert answer.status == 200 and answer.headers["Content-Type"] == "image/png"
    png = answer.body
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and len(png) < 4000
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert width == height and 300 < width <= 600 and (depth, colour) == (1, 0)
    start = png.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", png[start - 8 : start - 4])
    rows = zlib.decompress(png[start : start + length])
    assert len(rows) == height * (1 + (width + 7) // 8)
    # The quiet zone is white.
    assert rows[1:9] == b"\xff" * 8
    assert house.get("/qr/nobody.png").status == 404


# Members and roles.


def test_a_member_who_is_deactivated_is_out_at_once(house: Desk, amara: Browser) -> None:
    ben = signed_in(house, BEN)
    socket = ProtocolSocket(ben, "members")
    assert change_member(amara, "Ben", isActive=False)["isActive"] is False
    assert socket.end()[0] in (4101, 4102)
    assert ben.get("/api/v1/members/session").error["code"] == "sign_in"
    member = house.demo()["members"][BEN]
    again = Browser(house).post("/api/v1/members/login", {"email": member["email"], "password": member["password"]})
    assert again.error["code"] == "wrong_login"
    change_member(amara, "Ben", isActive=True)
    assert signed_in(house, BEN).get("/api/v1/members/session").status == 200


@pytest.mark.covers("S2.6")
def test_who_leaves_a_team_gives_its_cases_back(house: Desk, amara: Browser) -> None:
    team = house.team("Radiology")
    guest = Browser(house)
    guest.sign_in_as_guest()
    theirs = ProtocolSocket(guest)
    case = theirs.ask("open", key="1" * 32, team=team, subject="An X-ray")["ok"]["case"]
    field = house.get(f"/api/v1/teams/{team}").json()["fields"][0]
    theirs.ask("identify", key="2" * 32, case=case, values=[{"field": field["id"], "value": "4711"}])
    wilhelmina = signed_in(house, WILHELMINA)
    socket = ProtocolSocket(wilhelmina, "members")
    assert "ok" in socket.ask("claim", key="3" * 32, case=case)
    others = [one for one in member_named(amara, "Wilhelmina")["teams"] if one["id"] != team]
    assert len(others) == 1
    change_member(amara, "Wilhelmina", teams=others)
    assert socket.end()[0] == 4103
    again = ProtocolSocket(wilhelmina, "members")
    ranks = {one["id"]: one["rank"] for one in again.welcome["teams"]}
    assert ranks[team] is None

    def was_released() -> bool:
        return "released" in [event["type"] for event in theirs.log(case)]

    wait_until(was_released, _SECONDS, "the case to be given back")
    assert again.ask("send", key="4" * 32, case=case, text="Still me?")["error"]["code"] == "no_such_case"
    nour = ProtocolSocket(signed_in(house, NOUR), "members")
    assert "ok" in nour.ask("claim", key="5" * 32, case=case)
    for one in (theirs, again, nour):
        one.close()


@pytest.mark.covers("S3.8")
def test_reading_and_sending_are_separate_permissions(house: Desk, amara: Browser) -> None:
    team = house.team("Radiology")
    guest = Browser(house)
    guest.sign_in_as_guest()
    theirs = ProtocolSocket(guest)
    case = theirs.ask("open", key="1" * 32, team=team, subject="An X-ray")["ok"]["case"]
    change_member(amara, "نور", role="reader")
    nour = ProtocolSocket(signed_in(house, NOUR), "members")
    assert [event["type"] for event in nour.log(case)][0] == "opened"
    assert nour.ask("claim", key="2" * 32, case=case)["error"]["code"] == "not_allowed"
    assert nour.ask("note", key="3" * 32, case=case, text="A note")["error"]["code"] == "not_allowed"
    # A role of one's own, without reading.
    roles = settings(amara, "roles")
    made = change(amara, "roles", roles["revision"], roles=[{"id": None, "name": "Clerk", "permissions": ["audit"]}])
    clerk = next(role for role in made["roles"] if role["isOurs"])
    change_member(amara, "نور", role=clerk["id"])
    assert nour.end()[0] == 4103
    browser = signed_in(house, NOUR)
    again = ProtocolSocket(browser, "members")
    assert all(one["rank"] is None for one in again.welcome["teams"])
    assert again.ask("claim", key="4" * 32, case=case)["error"]["code"] == "no_such_case"
    assert browser.get("/api/v1/settings/changes").status == 200
    assert browser.get("/api/v1/settings/organisation").error["code"] == "administrators_only"
    # A role that somebody has stays.
    refused = amara.put("/api/v1/settings/roles", {"revision": made["revision"], "roles": []})
    assert refused.status == 409 and refused.error["code"] == "role_in_use"
    for socket in (theirs, again):
        socket.close()


def test_somebody_can_always_change_the_settings(amara: Browser) -> None:
    now = member_named(amara, "Amara")
    whole = {key: now[key] for key in ("name", "role", "isActive", "teams")}
    for wish in ({"isActive": False}, {"role": "member"}):
        answer = amara.put(
            f"/api/v1/settings/members/{now['id']}", {"revision": now["revision"], "member": {**whole, **wish}}
        )
        assert answer.status == 409 and answer.error["code"] == "last_administrator"
    change_member(amara, "Ben", role="administrator")
    assert change_member(amara, "Amara", role="member")["role"] == "member"


def test_sessions_are_as_long_as_is_set(house: Desk, amara: Browser) -> None:
    ben = signed_in(house, BEN)
    before = ben.get("/api/v1/members/session").json()
    rules = {"memberIdleMinutes": 5, "memberLongestHours": 1, "requiresSecondFactor": True}
    assert change_organisation(amara, signIn=rules)["organisation"]["signIn"] == rules
    after = ben.get("/api/v1/members/session").json()
    assert before["endsAt"] - after["endsAt"] == 11 * 3_600_000
    assert before["idleAt"] - after["idleAt"] >= 24 * 60_000


# Who is here hears of it.


def test_who_is_here_is_told(house: Desk, amara: Browser) -> None:
    guest = Browser(house)
    guest.sign_in_as_guest()
    theirs, ours = ProtocolSocket(guest), ProtocolSocket(signed_in(house, BEN), "members")
    team = house.team()
    now = settings(amara, f"teams/{team}")
    change(amara, f"teams/{team}", now["revision"], about={**now["about"], "name": "Reception"})
    told = hears(ours, "settings")
    assert "Reception" in [one["name"] for one in told["teams"]]
    assert hears(theirs, "settings")["teams"] == []
    # What is none of a guest's business is not told to them.
    change_member(amara, "Ben", name="Benjamin Whitfield")
    colleagues = next(one for one in hears(ours, "settings")["teams"] if one["id"] == team)["members"]
    assert "Benjamin Whitfield" in [one["name"] for one in colleagues]
    answer = theirs.answer(theirs.send("ping"))
    assert "ok" in answer
    for socket in (theirs, ours):
        socket.close()


# What is kept of it.


@pytest.mark.covers("B9")
def test_each_change_is_recorded_without_its_texts(house: Desk, amara: Browser) -> None:
    change_organisation(amara, emergency="Call the porter under 555.", isChatOn=False)
    team = house.team()
    now = settings(amara, f"teams/{team}")
    durations = {**now["policy"]["durations"], "autoClose": 5 * 86_400}
    change(amara, f"teams/{team}", now["revision"], policy={**now["policy"], "durations": durations})
    change_member(amara, "Ben", role="reader")
    member, team_change, organisation = settings(amara, "changes")["changes"][:3]
    assert [one["action"] for one in (member, team_change, organisation)] == [
        "member.changed",
        "team.changed",
        "organisation.changed",
    ]
    assert all(one["by"]["name"] == "Amara Okafor" for one in (member, team_change, organisation))
    assert member["subject"] == "Ben Whitfield" and team_change["subject"] == "Front desk"
    assert team_change["detail"] == "durations.autoClose: 604800 → 432000"
    assert "isChatOn: 1 → 0" in organisation["detail"] or "isChatOn: true → false" in organisation["detail"]
    assert re.search(r"emergency: #[0-9a-f]{12} → #[0-9a-f]{12}", organisation["detail"])
    assert "porter" not in organisation["detail"]


def test_a_new_team_begins_switched_off(house: Desk, amara: Browser) -> None:
    made = amara.post("/api/v1/settings/teams", {"name": "Physiotherapy", "timeZone": "Europe/Paris"})
    assert made.status == 201 and made.json()["about"]["isChatOn"] is False
    listed = {one["name"]: one for one in settings(amara, "teams")["teams"]}
    assert listed["Physiotherapy"]["members"] == 0 and listed["Front desk"]["members"] > 0
    assert house.get(f"/api/v1/teams/{made.json()['id']}").json()["hours"]["timeZone"] == "Europe/Paris"


@pytest.mark.parametrize("place", ["teams", "members"])
def test_what_is_nobodys_is_not_found(untouched: Desk, place: str) -> None:
    for name in ("0" * 32, "nonsense", "%20"):
        answer = signed_in(untouched, ADMINISTRATOR).put(f"/api/v1/settings/{place}/{name}", {"revision": 1})
        assert answer.status == 404 and answer.error["code"] in ("no_such_team", "no_such_member"), name
