"""Every form of the API × every field × everything that should not stand there: an answer that says what is wrong, and
where. The forms are read from the sources, so that a new one, or a new field, fails here until it has its line.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

import pytest

from support.bad_input import (
    BEYOND_EVERYTHING,
    BLANK,
    BROKEN,
    CONTAINERS,
    EMPTY,
    FLAGS,
    HOSTILE,
    HOSTILE_TEXTS,
    MISSING,
    NULL,
    NUMBERS,
    OVERSIZED,
    Bad,
    body,
)
from support.desk import Answer, Browser, Desk
from support.server import REPOSITORY
from support.setting_up import FIRST_HOUSE, token
from support.sockets import ProtocolSocket

_SOURCES = REPOSITORY / "Sources"
_DOCUMENTATION = (REPOSITORY / "docs/http.md").read_text()


@dataclass(frozen=True)
class Outcome:
    status: int
    # Empty where it is taken.
    code: str = ""
    # Which field is named; `...` is the one that is wrong, None is none.
    field: Any = ...


TAKEN = Outcome(200)
MISSES = Outcome(400, "missing")
# That the address is wrong, or the password, is not told: it would say which of them is right.
WRONG_LOGIN = Outcome(401, "wrong_login", field=None)


@dataclass(frozen=True)
class Field:
    """What comes of texts that are absent, blank, too long or hostile. What is no text is `bad_message` everywhere."""

    absent: Outcome
    blank: Outcome
    long: Outcome
    hostile: Outcome
    # What stands there if it is no text: as it may stand there.
    legal: tuple[Bad, ...] = ()
    # Of a list: what of it is wrong, by the name of what stands there.
    inside: dict[str, Outcome] = field(default_factory=dict)


_NAME = Field(MISSES, MISSES, Outcome(400, "too_long"), TAKEN)
_IN_A_LIST = {
    "list of texts": Outcome(400, "bad_message", field="teams[0]"),
    "list of everything": Outcome(400, "missing", field="teams[0]"),
}
_NO_TEAM = Outcome(404, "no_such_team")
_BAD_PHONE, _BAD_EMAIL = Outcome(400, "bad_phone"), Outcome(400, "bad_email")
_NO_CASE, _NO_LETTER = Outcome(404, "no_such_case"), Outcome(404, "no_such_letter")
_TOO_SOON = Outcome(429, "too_soon", field=None)
_EXPIRED, _BAD_CODE = Outcome(410, "code_expired", field="code"), Outcome(400, "bad_code")

# The set-up of an empty house: all is right but the password, so that none of the texts sets it up.
_FINE = Outcome(400, "weak_password", field="password")
_LINE = Outcome(400, "bad_settings")
# Some of the hostile texts are lines of text, and some are none.
_ANY = Outcome(400)

# Some hostile texts are names, and some are no line of text.
_EITHER = Outcome(0)
_NO_TEXT = Outcome(400, "bad_message")
_NO_LINK = Outcome(410, "link_expired", field=None)
_INVITATIONS = "/api/v1/settings/members/invitations"

# Address → the form that it reads (none: it reads no body), and the form's fields.
FORMS: dict[str, tuple[str | None, dict[str, Field]]] = {
    "/api/v1/guests/code": (
        "CodeForm",
        {
            "team": Field(MISSES, _NO_TEAM, _NO_TEAM, _NO_TEAM),
            "firstName": _NAME,
            "lastName": _NAME,
            "phone": Field(MISSES, _BAD_PHONE, _BAD_PHONE, _BAD_PHONE),
            # Who gives neither is asked for a number first.
            "email": Field(Outcome(400, "missing", field="phone"), _BAD_EMAIL, _BAD_EMAIL, _BAD_EMAIL),
            # One that is none is as good as none: another code goes out.
            "challenge": Field(TAKEN, TAKEN, TAKEN, TAKEN),
        },
    ),
    "/api/v1/guests/code/case": (
        "CaseCodeForm",
        {
            "case": Field(MISSES, _NO_CASE, _NO_CASE, _NO_CASE),
            # The guest of the case has just signed in, with a code.
            "challenge": Field(_TOO_SOON, _TOO_SOON, _TOO_SOON, _TOO_SOON),
        },
    ),
    "/api/v1/letters/again": (
        "AgainForm",
        {"letter": Field(MISSES, _NO_LETTER, _NO_LETTER, _NO_LETTER)},
    ),
    "/api/v1/guests/verify": (
        "VerifyForm",
        {
            "challenge": Field(MISSES, _EXPIRED, _EXPIRED, _EXPIRED),
            "code": Field(MISSES, _BAD_CODE, _BAD_CODE, _BAD_CODE),
        },
    ),
    "/api/v1/members/login": (
        "LoginForm",
        {
            "email": Field(MISSES, WRONG_LOGIN, WRONG_LOGIN, WRONG_LOGIN),
            "password": Field(MISSES, WRONG_LOGIN, WRONG_LOGIN, WRONG_LOGIN),
        },
    ),
    "/api/v1/setup": (
        "SetUpForm",
        {
            "token": Field(MISSES, *[Outcome(403, "wrong_token")] * 3),
            "organisation": Field(MISSES, _LINE, _LINE, _ANY),
            "countryPrefix": Field(MISSES, _LINE, _LINE, _LINE),
            "emergencyNumber": Field(_FINE, _LINE, _LINE, _ANY),
            "team": Field(MISSES, _LINE, _LINE, _ANY),
            "timeZone": Field(MISSES, _LINE, _LINE, _LINE),
            "name": Field(MISSES, _LINE, _LINE, _ANY),
            # The password is looked at first, which says whether it may be the address.
            "email": Field(MISSES, _FINE, _FINE, _FINE),
            # With an address that is none: a password that is taken sets nothing up either.
            "password": Field(MISSES, Outcome(400, "weak_password"), _ANY, _ANY),
        },
    ),
    _INVITATIONS: (
        "InvitationForm",
        {
            "name": Field(MISSES, _LINE, _LINE, _EITHER),
            "email": Field(MISSES, _BAD_EMAIL, _BAD_EMAIL, _BAD_EMAIL),
            "isAdministrator": Field(TAKEN, _NO_TEXT, _NO_TEXT, _NO_TEXT, legal=tuple(FLAGS)),
            "teams": Field(TAKEN, _NO_TEXT, _NO_TEXT, _NO_TEXT, legal=tuple(CONTAINERS[:1]), inside=_IN_A_LIST),
        },
    ),
    "/api/v1/members/join": (
        "JoinForm",
        {"link": Field(MISSES, _NO_LINK, _NO_LINK, _NO_LINK), "password": Field(MISSES, _NO_LINK, _NO_LINK, _NO_LINK)},
    ),
    "/api/v1/members/forgot": ("ForgotForm", {"email": Field(MISSES, _BAD_EMAIL, _BAD_EMAIL, _BAD_EMAIL)}),
    f"{_INVITATIONS}/:invitation/resend": (None, {}),
    f"{_INVITATIONS}/:invitation/revoke": (None, {}),
    "/api/v1/guests/logout": (None, {}),
    "/api/v1/guests/ticket": (None, {}),
    "/api/v1/members/logout": (None, {}),
    "/api/v1/members/ticket": (None, {}),
    # Files: their bodies are no forms (test_files.py).
    "/api/v1/guests/files": (None, {}),
    "/api/v1/members/files": (None, {}),
    "/api/v1/guests/files/:file/link": (None, {}),
    "/api/v1/members/files/:file/link": (None, {}),
    "/api/v1/guests/files/:file/discard": (None, {}),
    "/api/v1/members/files/:file/discard": (None, {}),
}
_FIELDS = [(path, field) for path, (_, fields) in FORMS.items() for field in fields]
_BODILESS = [path for path, (form, _) in FORMS.items() if form is None]

_numbers = count(10_000)


@pytest.fixture(scope="module")
def demo_house() -> Iterator[Desk]:
    """As if behind a proxy: each request comes from an address of its own, and none meets the limit of another."""
    with Desk("--trusted-proxy", "127.0.0.0/8") as house:
        yield house


@cache
def administrators_cookies(house: Desk) -> str:
    browser = Browser(house)
    browser.sign_in_as_member(0)
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


@cache
def somebodys_case(house: Desk) -> str:
    browser = Browser(house)
    browser.sign_in_as_guest(fresh_phone())
    socket = ProtocolSocket(browser)
    opened = socket.ask("open", team=house.team("Radiology"), subject="A question", key=uuid.uuid4().hex)
    socket.close()
    return opened["ok"]["case"]


@pytest.fixture(scope="module")
def empty_house() -> Iterator[Desk]:
    with Desk("--trusted-proxy", "127.0.0.0/8", demo=False) as house:
        yield house


@pytest.fixture
def house(request: pytest.FixtureRequest, demo_house: Desk) -> Desk:
    """Only an empty house can be set up."""
    callspec = getattr(request.node, "callspec", None)
    path = callspec.params.get("path", "") if callspec else ""
    return request.getfixturevalue("empty_house") if path.endswith("/setup") else demo_house


def fresh_phone() -> str:
    return f"+4477009{next(_numbers)}"


def post(house: Desk, path: str, content: bytes) -> Answer:
    number = next(_numbers)
    client = f"2001:db8:0:{number:x}::1"
    headers = {"Content-Type": "application/json", "Origin": house.url, "X-Forwarded-For": client}
    if path.startswith("/api/v1/letters"):
        headers["Cookie"] = administrators_cookies(house)
    if path == _INVITATIONS:
        headers["Cookie"] = administrator(house)
    return house.ask("POST", path, content, headers)


@cache
def administrator(house: Desk) -> str:
    browser = Browser(house)
    browser.sign_in_as_member(0)
    return f"foyer_member={browser.cookies['foyer_member']}"


def form(house: Desk, path: str, field: str) -> dict[str, Any]:
    """One that would be taken, were it not for the field in question."""
    if path.endswith("/code/case"):
        return {"case": somebodys_case(house)}
    if path.endswith("/again"):
        return {"letter": "1"}
    if path.endswith("/code"):
        contact = {"email": f"guest{next(_numbers)}@example.org"} if field == "email" else {"phone": fresh_phone()}
        return {"team": house.team(), "firstName": "Ada", "lastName": "Byron", **contact}
    if path.endswith("/verify"):
        asked = post(house, "/api/v1/guests/code", json.dumps(form(house, "/api/v1/guests/code", "")).encode())
        # Six letters: never the code that went out.
        return {"challenge": asked.json()["challenge"], "code": "abcdef"}
    if path.endswith("/setup"):
        wrong = {"email": "nobody"} if field == "password" else {"password": "short"}
        return {"token": token(house), **FIRST_HOUSE, **wrong}
    if path == _INVITATIONS:
        return {"name": "Robin Marsh", "email": f"robin{next(_numbers)}@example.org", "teams": []}
    if path.endswith("/join"):
        return {"link": "0" * 64, "password": "harbour lantern velvet"}
    # An account of its own for each try: wrong passwords make pauses.
    return {"email": f"nobody{next(_numbers)}@example.org", "password": "not-the-password"}


def is_as_expected(answer: Answer, outcome: Outcome, field: str) -> None:
    if outcome == _EITHER:
        assert answer.status in (200, 400), answer.text
        return
    assert answer.status == outcome.status, answer.text
    assert answer.headers["Content-Type"] == "application/json" and answer.headers["Cache-Control"] == "no-store"
    if outcome.code == "":
        return
    error = answer.error
    named = field if outcome.field is ... else outcome.field
    assert error["code"] == outcome.code and error.get("field") == named, error
    is_documented(error)


def is_documented(error: dict[str, Any]) -> None:
    """A code that stays as it is, and words for whoever typed it."""
    assert f"`{error['code']}`" in _DOCUMENTATION, error
    assert re.fullmatch(r"[A-Z].*\w+ .*[.!…]", error["message"]), error


def test_every_form_and_every_field_of_the_sources_is_here() -> None:
    sources = {path: path.read_text() for path in (_SOURCES / "Gateway").rglob("*.swift")}
    line = r'api\.(?:change|upload)\(\s*"([^"]+)"'
    changes = {address for text in sources.values() for address in re.findall(line, text)}
    assert changes == set(FORMS)
    others = r"Route\(\s*(?:streaming:\s*)?\.(?:post|put|patch|delete)\b"
    taking_bodies = {path.name for path, text in sources.items() if re.search(others, text)}
    # Where `api.change` makes its lines, and nowhere else.
    assert taking_bodies == {"API.swift"}
    # What stands below /settings has tests of its own (test_bad_settings.py).
    others_forms = {path for path in sources if path.parent.name == "Settings"}
    read = {
        name
        for path, text in sources.items()
        if path not in others_forms
        for name in re.findall(r"API\.read\((\w+)\.self", text)
    }
    assert read == {name for name, _ in FORMS.values() if name}
    for name, fields in FORMS.values():
        if name is None:
            continue
        (found,) = (found for text in sources.values() for found in re.findall(rf"struct {name}: .*?\n\}}", text, re.S))
        assert set(re.findall(r"let `?(\w+)`?:", found)) == set(fields), name
    documented = set(re.findall(r"`POST (/api/[^`]+)`", _DOCUMENTATION))
    # But for invitations, which are forms like any other.
    elsewhere = {path for path in documented if re.match("/api/v1/settings/(?!members/invitations)", path)}
    assert documented - elsewhere == set(FORMS)


@pytest.mark.covers("B9")
@pytest.mark.parametrize("bad", [*NUMBERS, *FLAGS, *CONTAINERS], ids=str)
@pytest.mark.parametrize(("path", "field"), _FIELDS)
def test_what_is_no_text_is_said_at_its_field(house: Desk, path: str, field: str, bad: Bad) -> None:
    if bad in FORMS[path][1][field].legal:
        is_as_expected(post(house, path, body(form(house, path, field), field, bad)), TAKEN, field)
        return
    outcome = FORMS[path][1][field].inside.get(bad.name, Outcome(400, "bad_message"))
    is_as_expected(post(house, path, body({}, field, bad)), outcome, field)


@pytest.mark.covers("B9")
@pytest.mark.parametrize("bad", [MISSING, NULL, EMPTY, BLANK, *OVERSIZED, *HOSTILE], ids=str)
@pytest.mark.parametrize(("path", "field"), _FIELDS)
def test_a_text_that_is_wrong_is_said_at_its_field(house: Desk, path: str, field: str, bad: Bad) -> None:
    rule = FORMS[path][1][field]
    empty = rule.blank if rule.legal else rule.absent
    kinds = {MISSING: rule.absent, NULL: rule.absent, EMPTY: empty, BLANK: rule.blank}
    outcome = kinds.get(bad) or (rule.long if bad in OVERSIZED else rule.hostile)
    answer = post(house, path, body(form(house, path, field), field, bad))
    is_as_expected(answer, outcome, field)
    if outcome.code and bad.text and len(bad.text) > 10:
        assert bad.value not in answer.json()["error"]["message"], "it repeats what was sent"


@pytest.mark.parametrize("bad", BROKEN, ids=str)
@pytest.mark.parametrize(("path", "field"), _FIELDS)
def test_what_is_no_json_is_said_to_be_none(house: Desk, path: str, field: str, bad: Bad) -> None:
    answer = post(house, path, body({}, field, bad))
    is_text = not FORMS[path][1][field].legal
    if not is_text and answer.error["code"] == "bad_message":
        # That it is a text is wrong enough: nobody has read it.
        is_as_expected(answer, Outcome(400, "bad_message"), field)
    else:
        is_as_expected(answer, Outcome(400, "bad_json", field=None), field)


@pytest.mark.parametrize(("path", "field"), _FIELDS)
def test_what_is_beyond_every_form_is_refused_unread(house: Desk, path: str, field: str) -> None:
    answer = post(house, path, json.dumps({field: BEYOND_EVERYTHING}).encode())
    is_as_expected(answer, Outcome(413, "too_large", field=None), field)


@pytest.mark.parametrize("bad", [EMPTY, *CONTAINERS, *HOSTILE, *BROKEN], ids=str)
@pytest.mark.parametrize("path", _BODILESS)
def test_what_takes_no_form_does_not_look_at_one(house: Desk, path: str, bad: Bad) -> None:
    answer = post(house, path, body({}, "session", bad))
    assert answer.status == (204 if path.endswith("logout") else 401)
    if answer.status == 401:
        is_as_expected(answer, Outcome(401, "sign_in", field=None), "")


# What a name becomes where it is not what was typed: blanks are one blank, and what turns letters around or cannot be
# seen is left out (a name stands among other words).
_NAMES = {
    "line breaks": "x Set-Cookie: foyer_member=x GET / HTTP/1.1",
    "controls": "a[31mbc",
    "bidi": "photognp.exex",
}


@pytest.mark.covers("B9")
@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_a_hostile_name_is_a_name(house: Desk, name: str) -> None:
    """Taken as it is, byte for byte, wherever it comes back."""
    text = HOSTILE_TEXTS[name]
    kept = _NAMES.get(name, text)
    browser = Browser(house)
    phone = fresh_phone()
    guest = browser.sign_in_as_guest(phone, firstName=text, lastName=text)
    assert guest == {"id": guest["id"], "firstName": kept, "lastName": kept}
    assert browser.get("/api/v1/guests/session").json()["guest"] == {**guest, "contact": phone}
