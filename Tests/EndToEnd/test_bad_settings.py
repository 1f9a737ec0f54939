"""Every field of the settings × everything that should not stand there. The fields are those that the house itself
shows, so that a new one is tested when it is there.
"""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from support.desk import Answer, Browser, Desk
from support.server import REPOSITORY

_DOCUMENTATION = (REPOSITORY / "docs/http.md").read_text()
_SOURCES = REPOSITORY / "Sources/Gateway/Settings"
_BAD: list[Any] = [
    None,
    True,
    -1,
    10**18,
    1.5,
    "",
    " ",
    "x" * 20_000,
    "a\r\nSet-Cookie: b",
    "\u0000\u001b[31m",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    [],
    [[[[]]]],
    {},
]
# Where the values come from, and under which name they are sent back.
_FORMS = {
    "OrganisationForm": ("organisation", ["organisation"]),
    "TeamForm": ("teams/TEAM", ["about", "categories", "fields", "welcomes", "hours", "policy"]),
    "MemberForm": ("members/MEMBER", ["member"]),
    "RolesForm": ("roles", ["roles"]),
    "NewTeamForm": ("teams", []),
}


@pytest.fixture(scope="module")
def house() -> Iterator[Desk]:
    with Desk() as house:
        yield house


@pytest.fixture(scope="module")
def amara(house: Desk) -> Browser:
    browser = Browser(house)
    browser.sign_in_as_member(0)
    return browser


@pytest.fixture(scope="module")
def untouched() -> Iterator[Browser]:
    """Of a house in which all is as it was sown."""
    with Desk() as house:
        browser = Browser(house)
        browser.sign_in_as_member(0)
        yield browser


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        # One of a list stands for the others.
        children = list(enumerate(value))[:1]
    for name, child in children:
        yield from paths(child, (*path, name))


def changed(value: Any, path: tuple[str | int, ...], bad: Any) -> Any:
    if not path:
        return bad
    whole = copy.deepcopy(value)
    place = whole
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = bad
    return whole


def words(path: tuple[str | int, ...]) -> str:
    text = "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in path)
    return text.removeprefix(".")


def shown(house: Desk, amara: Browser, place: str) -> tuple[str, dict[str, Any]]:
    """The address to send it to, and what would be taken."""
    if place.startswith("members"):
        member = amara.get("/api/v1/settings/members").json()["members"][1]
        whole = {name: member[name] for name in ("name", "role", "isActive", "teams")}
        return f"members/{member['id']}", {"revision": member["revision"], "member": whole}
    place = place.replace("TEAM", house.team())
    body = amara.get(f"/api/v1/settings/{place}").json()
    if place == "roles":
        roles = [{"id": None, "name": "Clerk", "permissions": ["audit"]}]
        return place, {"revision": body["revision"], "roles": roles}
    if place.startswith("teams"):
        body["hours"]["holidays"] = [
            {"date": "2031-01-01", "name": "New Year", "spans": [{"from": "10:00", "until": "12:00"}]}
        ]
    return place, body


def is_well(answer: Answer, about: str) -> None:
    """Taken, or refused in words, at the field that is wrong or at what it is a part of."""
    assert answer.status in (200, 400, 409), (about, answer.status, answer.text)
    if answer.status == 200:
        return
    error = answer.error
    assert f"`{error['code']}`" in _DOCUMENTATION, error
    assert re.fullmatch(r"[A-Z“'].*\w+ .*[.!…)]", error["message"], re.S), error
    if error["code"] in ("bad_json", "role_in_use", "last_administrator", "changed_meanwhile"):
        return
    field = error["field"].split("[")[0].split(".")[0]
    assert about.startswith(field) or field in about or error["code"] == "bad_settings", (about, error)


def test_every_form_of_the_sources_is_here() -> None:
    text = "".join(path.read_text() for path in _SOURCES.glob("*.swift"))
    assert set(re.findall(r"API\.read\((\w+)\.self", text)) == set(_FORMS)
    documented = set(re.findall(r"`(?:PUT|POST|GET) (/api/v1/settings/[a-z]+)", _DOCUMENTATION))
    assert set(re.findall(r'"(/api/v1/settings/[a-z]+)', text)) == documented


@pytest.mark.covers("B9")
@pytest.mark.parametrize("form", [name for name, (_, parts) in _FORMS.items() if parts])
def test_what_should_not_stand_there_is_said_at_its_field(house: Desk, amara: Browser, form: str) -> None:
    place, parts = _FORMS[form]
    for part in parts:
        _, body = shown(house, amara, place)
        for index, path in enumerate(paths(body[part])):
            # A fourth of them at each field, another one at the next: each stands in each kind of field.
            for bad in _BAD[index % 4 :: 4]:
                address, now = shown(house, amara, place)
                form_body = {"revision": now["revision"], part: changed(body[part], path, bad)}
                about = words((part, *path))
                answer = amara.put(f"/api/v1/settings/{address}", form_body)
                is_well(answer, about)
                if answer.status == 200 and form == "MemberForm":
                    restore = amara.get("/api/v1/settings/members").json()["members"][1]
                    back = {"revision": restore["revision"], "member": now["member"]}
                    assert amara.put(f"/api/v1/settings/{address}", back).status == 200


@pytest.mark.parametrize("revision", [None, "1", 0, -1, 10**19, 1.5, True, [], {}])
@pytest.mark.parametrize("place", ["organisation", "roles", "teams/TEAM", "members/MEMBER"])
def test_a_revision_that_is_none_changes_nothing(house: Desk, amara: Browser, place: str, revision: Any) -> None:
    address, body = shown(house, amara, place)
    answer = amara.put(f"/api/v1/settings/{address}", {**body, "revision": revision})
    assert answer.status in (400, 409), answer.text
    assert answer.error["code"] in ("missing", "bad_message", "changed_meanwhile", "bad_json")


@pytest.mark.parametrize("bad", [None, 7, True, [], {}, "", "x" * 2000, "a\nb"])
@pytest.mark.parametrize("field", ["name", "timeZone"])
def test_a_new_team_needs_a_name_and_clocks(amara: Browser, field: str, bad: Any) -> None:
    answer = amara.post("/api/v1/settings/teams", {"name": "New", "timeZone": "UTC", field: bad})
    assert answer.status == 400 and answer.error["field"] == field, answer.text


def test_more_than_any_form_is_refused_unread(amara: Browser) -> None:
    answer = amara.put("/api/v1/settings/organisation", {"revision": 1, "x": "y" * 300_000})
    assert answer.status == 413 and answer.error["code"] == "too_large"


@pytest.mark.parametrize(
    ("part", "path", "value", "field"),
    [
        ("hours", ("week", 0, "from"), "25:00", "hours.week[0].from"),
        ("hours", ("week", 0, "day"), 8, "hours.week[0].day"),
        ("hours", ("holidays", 0, "date"), "2026-02-30", "hours.holidays[0].date"),
        ("hours", ("holidays", 0, "spans", 0, "until"), "09:00", "hours.holidays[0].spans[0].until"),
        ("policy", ("durations", "autoClose"), 60, "policy.durations.autoClose"),
        ("policy", ("durations", "closingWarning"), 2_000_000, "policy.durations.closingWarning"),
        ("policy", ("durations", "missedResponse"), 271, "policy.durations.missedResponse"),
        ("policy", ("durations", "nonsense"), 1, "policy.durations.nonsense"),
        ("policy", ("switches", "nonsense"), True, "policy.switches.nonsense"),
        ("about", ("timeZone",), "Europe/Atlantis", "about.timeZone"),
        ("about", ("email",), "nobody", "about.email"),
        ("about", ("contact",), "pigeon", "about.contact"),
        ("categories", (0, "name"), "Missing report", "categories[1].name"),
        ("categories", (0, "id"), "0" * 32, "categories[0].id"),
        ("fields", (0, "rule", "kind"), "regex", "fields[0].rule.kind"),
        ("fields", (0, "rule", "least"), -1, "fields[0].rule"),
        ("welcomes", (0, "text"), "", "welcomes[0].text"),
        ("welcomes", (0, "category"), "0" * 32, "welcomes[0].category"),
    ],
)
def test_the_field_that_is_wrong_is_named(
    untouched: Browser, part: str, path: tuple[str | int, ...], value: Any, field: str
) -> None:
    address, now = shown(untouched.house, untouched, "teams/TEAM")
    form = {"revision": now["revision"], part: changed(now[part], path, value)}
    answer = untouched.put(f"/api/v1/settings/{address}", form)
    assert answer.status == 400 and answer.error["field"] == field, answer.text
