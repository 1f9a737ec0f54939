"""Signing in over HTTP, as docs/http.md has it: guests by a code, members by a password, against the real server."""

import json
from collections.abc import Iterator

import pytest

from support.certificates import Certificate
from support.desk import Browser, Desk, attributes
from support.server import Program, foyer_binary
from support.waiting import wait_until

_LIMIT_BYTES = 16 * 1024


@pytest.fixture(scope="module")
def house() -> Iterator[Desk]:
    with Desk() as house:
        yield house


@pytest.fixture
def browser(house: Desk) -> Browser:
    return Browser(house)


_numbers = iter(range(1000, 9999))


def fresh_phone() -> str:
    """A number that no other test has a code sent to: each contact has its own limits."""
    return f"+44770090{next(_numbers)}"


class TestTeamEntry:
    @pytest.mark.covers("S0.8", "S0.12", "S0.13", "S2.11")
    def test_tells_what_a_guest_must_know(self, browser: Browser) -> None:
        answer = browser.get(f"/api/v1/teams/{browser.house.team()}")
        assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
        entry = answer.json()
        assert set(entry) == {
            *("team", "organisation", "contact", "countryPrefix", "categories"),
            *("fields", "hours", "expectedWaitMinutes"),
        }
        assert entry["team"]["name"] == "Front desk" and entry["team"]["isChatOn"] is True
        assert set(entry["team"]) == {"id", "name", "contactNumber", "email", "isChatOn"}
        assert entry["organisation"]["emergency"] and entry["organisation"]["privacy"]
        assert entry["contact"] == "either" and entry["countryPrefix"] == "+44"
        assert [category["name"] for category in entry["categories"]]
        birth = next(field for field in entry["fields"] if field["label"] == "Date of birth")
        assert birth["isMandatory"] is True and birth["prefill"] is None
        provider = next(field for field in entry["fields"] if "rovider number" in field["label"])
        assert provider["isMandatory"] is False
        hours = entry["hours"]
        assert hours["timeZone"] == "Europe/London" and hours["isOpen"] in (True, False)
        assert hours["week"][0] == {"day": 1, "from": "08:00", "until": "18:00"}
        assert (hours["opensAt"] is None) == hours["isOpen"] and (hours["closesAt"] is None) != hours["isOpen"]

    @pytest.mark.covers("S0.9")
    def test_a_team_without_categories_has_a_free_subject(self, browser: Browser) -> None:
        entry = browser.get(f"/api/v1/teams/{browser.house.team('Radiology')}").json()
        assert entry["categories"] == []

    @pytest.mark.covers("S2.4")
    def test_nothing_tells_who_works_there(self, browser: Browser) -> None:
        text = browser.get(f"/api/v1/teams/{browser.house.team()}").text
        for member in browser.house.demo()["members"]:
            assert member["email"] not in text and member["name"] not in text

    @pytest.mark.parametrize("team", ["0" * 32, "x", "1", "%00", "a" * 300])
    def test_an_unknown_team_is_404(self, browser: Browser, team: str) -> None:
        answer = browser.get(f"/api/v1/teams/{team}")
        assert answer.status in (400, 404)
        if answer.status == 404:
            assert answer.error["code"] == "no_such_team" and answer.error["message"]


class TestGuests:
    @pytest.mark.covers("S0.5", "S0.6", "S0.7", "S1.1", "S1.2")
    def test_the_whole_way(self, browser: Browser) -> None:
        phone = fresh_phone()
        asked = browser.ask_for_code(phone=phone)
        assert asked.status == 200 and asked.headers["Cache-Control"] == "no-store"
        body = asked.json()
        assert set(body) == {"challenge", "to", "expiresAt", "resendAt"}
        assert body["to"] == f"+44 •••• {phone[-3:]}"
        assert 0 < body["resendAt"] < body["expiresAt"]
        assert browser.get("/api/v1/guests/session").status == 401
        code = browser.house.code_to(phone)
        assert len(code) == 6 and code.isdigit() and code not in asked.text
        answer = browser.post("/api/v1/guests/verify", {"challenge": body["challenge"], "code": code})
        assert answer.status == 200
        guest = answer.json()["guest"]
        assert guest == {"id": guest["id"], "firstName": "Ada", "lastName": "Byron"}
        kept = attributes(answer, "foyer_guest")
        assert kept == {
            **{"path": "/", "samesite": "None", "max-age": str(90 * 86400)},
            **{"secure": "", "httponly": "", "partitioned": ""},
        }
        assert list(browser.cookies) == ["foyer_guest"] and len(browser.cookies["foyer_guest"]) == 64 + 16
        session = browser.get("/api/v1/guests/session").json()
        assert session["guest"] == {**guest, "contact": phone} and session["organisation"]
        ticket = browser.post("/api/v1/guests/ticket").json()["ticket"]
        assert ticket and ticket != browser.post("/api/v1/guests/ticket").json()["ticket"]
        assert ticket not in browser.cookies.values()

    def test_logout_ends_the_session(self, browser: Browser) -> None:
        browser.sign_in_as_guest(fresh_phone())
        stolen = Browser(browser.house)
        stolen.cookies = dict(browser.cookies)
        assert stolen.get("/api/v1/guests/session").status == 200
        answer = browser.post("/api/v1/guests/logout")
        assert answer.status == 204 and answer.body == b"" and browser.cookies == {}
        for path in ("session",):
            assert stolen.get(f"/api/v1/guests/{path}").error["code"] == "sign_in"
        assert stolen.post("/api/v1/guests/ticket").status == 401
        assert stolen.post("/api/v1/guests/logout").status == 204

    @pytest.mark.covers("S1.2")
    def test_a_code_works_once(self, browser: Browser) -> None:
        phone = fresh_phone()
        challenge = browser.ask_for_code(phone=phone).json()["challenge"]
        form = {"challenge": challenge, "code": browser.house.code_to(phone)}
        assert browser.post("/api/v1/guests/verify", form).status == 200
        again = browser.post("/api/v1/guests/verify", form)
        assert again.status == 410 and again.error["code"] == "code_expired"

    def test_five_wrong_codes_use_it_up(self, browser: Browser) -> None:
        phone = fresh_phone()
        challenge = browser.ask_for_code(phone=phone).json()["challenge"]
        code = browser.house.code_to(phone)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for left in (4, 3, 2, 1, 0):
            answer = browser.post("/api/v1/guests/verify", {"challenge": challenge, "code": wrong})
            assert answer.status == 400
            assert answer.error["code"] == "bad_code" and answer.error["triesLeft"] == left
        answer = browser.post("/api/v1/guests/verify", {"challenge": challenge, "code": code})
        assert answer.status == 410 and answer.error["code"] == "code_expired"

    def test_a_resend_waits_and_says_how_long(self, browser: Browser) -> None:
        phone = fresh_phone()
        challenge = browser.ask_for_code(phone=phone).json()["challenge"]
        answer = browser.ask_for_code(phone=phone, challenge=challenge)
        assert answer.status == 429 and answer.error["code"] == "too_soon"
        assert 1 <= answer.error["retryAfterSeconds"] <= 30
        assert answer.headers["Retry-After"] == str(answer.error["retryAfterSeconds"])

    def test_a_corrected_contact_gets_its_own_code(self, browser: Browser) -> None:
        wrong, right = fresh_phone(), fresh_phone()
        challenge = browser.ask_for_code(phone=wrong).json()["challenge"]
        corrected = browser.ask_for_code(phone=right, challenge=challenge).json()
        old = {"challenge": challenge, "code": browser.house.code_to(wrong)}
        new = {"challenge": corrected["challenge"], "code": browser.house.code_to(right)}
        if old["code"] != new["code"]:
            assert browser.post("/api/v1/guests/verify", old).status in (400, 410)
        assert browser.post("/api/v1/guests/verify", new).status == 200

    def test_a_known_contact_is_answered_as_an_unknown_one(self, house: Desk) -> None:
        known, unknown = fresh_phone(), fresh_phone()
        Browser(house).sign_in_as_guest(known)
        # The known one asks anew only after the pause, so that both are compared at another team's contact: by e-mail.
        address = f"known{known[-4:]}@example.org"
        first = Browser(house).ask_for_code(email=address)
        second = Browser(house).ask_for_code(email=address.replace("known", "other"))
        third = Browser(house).ask_for_code(phone=unknown)
        for answer in (first, second, third):
            assert answer.status == 200 and set(answer.json()) == {"challenge", "to", "expiresAt", "resendAt"}
        assert first.headers.keys() == second.headers.keys() == third.headers.keys()

    @pytest.mark.parametrize(
        ("form", "code", "field"),
        [
            ({"firstName": ""}, "missing", "firstName"),
            ({"firstName": " \t "}, "missing", "firstName"),
            ({"lastName": None}, "missing", "lastName"),
            ({"lastName": "x" * 201}, "too_long", "lastName"),
            ({"phone": None}, "missing", "phone"),
            ({"phone": "12"}, "bad_phone", "phone"),
            ({"phone": "07700 900123"}, "bad_phone", "phone"),
            ({"phone": "+44 7700 9001 letters"}, "bad_phone", "phone"),
            ({"phone": None, "email": "nobody"}, "bad_email", "email"),
            ({"phone": None, "email": "a@b@c.example"}, "bad_email", "email"),
            ({"team": None}, "missing", "team"),
            ({"firstName": 7}, "bad_message", "firstName"),
            ({"phone": ["+447700900123"]}, "bad_message", "phone"),
            ({"challenge": {}}, "bad_message", "challenge"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, browser: Browser, form: dict[str, object], code: str, field: str
    ) -> None:
        answer = browser.ask_for_code(**{"phone": "+447700900999", **form})
        assert answer.status == 400, answer.text
        assert answer.error["code"] == code and answer.error["field"] == field and answer.error["message"]

    def test_a_team_offers_what_it_offers(self, browser: Browser) -> None:
        answer = browser.ask_for_code(team=browser.house.team("Radiology"), email="ada@example.org")
        assert answer.status == 400 and answer.error["code"] == "contact_not_offered"
        assert answer.error["field"] == "email"

    def test_nobody_gets_a_code_of_a_team_that_is_not(self, browser: Browser) -> None:
        before = len(browser.house.letters())
        answer = browser.ask_for_code(team="0" * 32, phone=fresh_phone())
        assert answer.status == 404 and answer.error["code"] == "no_such_team"
        assert len(browser.house.letters()) == before

    @pytest.mark.parametrize("form", [{}, {"challenge": ""}, {"challenge": "x"}, {"code": "123456"}])
    def test_half_a_verification_is_told_what_is_missing(self, browser: Browser, form: dict[str, str]) -> None:
        answer = browser.post("/api/v1/guests/verify", form)
        assert answer.status == 400 and answer.error["code"] == "missing"

    @pytest.mark.parametrize("challenge", ["x", "0" * 64, "😀" * 20, "a" * 5000])
    def test_a_challenge_that_is_none_has_expired(self, browser: Browser, challenge: str) -> None:
        answer = browser.post("/api/v1/guests/verify", {"challenge": challenge, "code": "123456"})
        assert answer.status == 410 and answer.error["code"] == "code_expired"

    def test_the_letters(self, house: Desk) -> None:
        browser = Browser(house)
        phone = fresh_phone()
        browser.ask_for_code(phone=phone)
        browser.ask_for_code(email="Letters@Example.org")
        email, sms = house.letters()[:2]
        assert set(sms) == {"id", "at", "channel", "to", "subject", "text"}
        assert sms["channel"] == "sms" and sms["to"] == phone and sms["subject"] == ""
        assert email["channel"] == "email" and email["to"].lower() == "letters@example.org" and email["subject"]
        code = sms["text"][:6]
        assert sms["text"].splitlines()[-1] == f"@127.0.0.1 #{code}"
        for letter in (sms, email):
            assert "Harbour Street Clinic" in letter["text"] and "Never pass it on" in letter["text"]
            assert "Ada" not in letter["text"] and "Front desk" not in letter["text"]


class TestMembers:
    @pytest.mark.covers("S2.9")
    def test_the_whole_way(self, browser: Browser) -> None:
        known = browser.house.demo()["members"][1]
        login = {"email": known["email"].upper(), "password": known["password"]}
        answer = browser.post("/api/v1/members/login", login)
        assert answer.status == 200
        member = answer.json()["member"]
        assert member == {"id": member["id"], "name": known["name"]}
        kept = attributes(answer, "foyer_member")
        assert kept == {"path": "/", "samesite": "Strict", "max-age": "86400", "secure": "", "httponly": ""}
        assert attributes(answer, "foyer_browser") == {**kept, "max-age": str(365 * 86400)}
        session = browser.get("/api/v1/members/session").json()
        assert session["member"] == member and session["idleAt"] < session["endsAt"]
        assert browser.post("/api/v1/members/ticket").json()["ticket"]
        assert browser.post("/api/v1/members/logout").status == 204
        assert browser.get("/api/v1/members/session").error["code"] == "sign_in"
        assert list(browser.cookies) == ["foyer_browser"]

    def test_every_demo_login_works(self, house: Desk) -> None:
        for index, member in enumerate(house.demo()["members"]):
            assert Browser(house).sign_in_as_member(index)["name"] == member["name"]

    def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(self, house: Desk) -> None:
        known = house.demo()["members"][2]["email"]
        answers = [
            Browser(house).post("/api/v1/members/login", {"email": email, "password": "wrong horse"})
            for email in (known, "nobody@example.org")
        ]
        assert [answer.status for answer in answers] == [401, 401]
        assert answers[0].body == answers[1].body and answers[0].error["code"] == "wrong_login"
        assert answers[0].headers.keys() == answers[1].headers.keys()

    @pytest.mark.parametrize(
        ("form", "field"), [({}, "email"), ({"email": "a@b.example"}, "password"), ({"password": "x"}, "email")]
    )
    def test_half_a_login_is_told_what_is_missing(self, browser: Browser, form: dict[str, str], field: str) -> None:
        answer = browser.post("/api/v1/members/login", form)
        assert answer.status == 400 and answer.error["code"] == "missing" and answer.error["field"] == field

    def test_many_wrong_passwords_are_slowed_down(self, house: Desk) -> None:
        email = house.demo()["members"][3]["email"]
        answers = [
            Browser(house).post("/api/v1/members/login", {"email": email, "password": f"guess {number}"})
            for number in range(8)
        ]
        last = answers[-1]
        assert last.status == 429 and last.error["code"] == "too_many_tries" and last.error["retryAfterSeconds"] >= 1

    def test_who_guesses_keeps_nobody_out_of_the_browser_that_they_know(self, house: Desk) -> None:
        browser = Browser(house)
        browser.sign_in_as_member(4)
        assert browser.post("/api/v1/members/logout").status == 204
        known = house.demo()["members"][4]
        for _ in range(8):
            guess = Browser(house).post("/api/v1/members/login", {"email": known["email"], "password": "a guess"})
        assert guess.status == 429
        browser.sign_in_as_member(4)

    def test_a_guest_s_cookie_opens_nothing_of_the_team_s(self, browser: Browser) -> None:
        browser.sign_in_as_guest(fresh_phone())
        browser.cookies["foyer_member"] = browser.cookies["foyer_guest"]
        assert browser.get("/api/v1/members/session").status == 401
        assert browser.post("/api/v1/members/ticket").status == 401

    def test_a_member_s_cookie_opens_nothing_of_the_guests(self, browser: Browser) -> None:
        browser.sign_in_as_member()
        browser.cookies["foyer_guest"] = browser.cookies["foyer_member"]
        assert browser.get("/api/v1/guests/session").status == 401
        assert browser.post("/api/v1/guests/ticket").status == 401

    @pytest.mark.parametrize("value", ["", "x", "0" * 64, "é" * 32, '"quoted"'])
    def test_a_cookie_that_is_none_is_nobody_s(self, house: Desk, value: str) -> None:
        cookie = {"Cookie": f"foyer_member={value}; foyer_guest={value}".encode().decode("latin-1")}
        for path in ("/api/v1/members/session", "/api/v1/guests/session"):
            assert house.get(path, cookie).error["code"] == "sign_in"


_CHANGES = [
    *("/api/v1/guests/code", "/api/v1/guests/verify", "/api/v1/guests/logout", "/api/v1/guests/ticket"),
    *("/api/v1/members/login", "/api/v1/members/logout", "/api/v1/members/ticket"),
]
_FORMS = [path for path in _CHANGES if path.rsplit("/", 1)[1] in ("code", "verify", "login")]


class TestForm:
    @pytest.mark.parametrize("path", _CHANGES)
    @pytest.mark.parametrize(
        "origin", ["https://clinic.example", "null", "http://localhost:{port}", "http://127.0.0.1", "file://"]
    )
    def test_another_origin_is_refused(self, house: Desk, path: str, origin: str) -> None:
        answer = Browser(house, origin.format(port=house.port)).post(path, {})
        assert answer.status == 403 and answer.error["code"] == "foreign_origin"

    @pytest.mark.parametrize("path", _CHANGES)
    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_so_is_a_browser_that_keeps_its_origin_to_itself(self, house: Desk, path: str, site: str) -> None:
        answer = house.ask("POST", path, headers={"Sec-Fetch-Site": site})
        assert answer.status == 403 and answer.error["code"] == "foreign_origin"

    @pytest.mark.parametrize("path", _FORMS)
    @pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
    def test_what_is_not_json_is_415(self, house: Desk, path: str, kind: str | None) -> None:
        headers = {} if kind is None else {"Content-Type": kind}
        answer = house.ask("POST", path, b"{}", headers)
        assert answer.status == 415 and answer.error["code"] == "not_json"

    @pytest.mark.parametrize("path", _FORMS)
    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"7", b'"x"', b"null", b"\xff\xfe", b'{"a":' * 2000, b"[" * 16000]
    )
    def test_broken_json_is_400(self, house: Desk, path: str, body: bytes) -> None:
        answer = house.ask("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
        assert answer.status == 400 and answer.error["code"] == "bad_json"

    @pytest.mark.parametrize("path", _CHANGES)
    def test_too_much_is_413(self, house: Desk, path: str) -> None:
        body = json.dumps({"email": "x" * _LIMIT_BYTES}).encode()
        answer = house.ask("POST", path, body, {"Content-Type": "application/json"})
        assert answer.status == 413 and answer.error["code"] == "too_large"

    @pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/guests/session"])
    def test_an_unknown_path_is_404(self, house: Desk, path: str) -> None:
        answer = house.get(path)
        assert answer.status == 404 and answer.error["code"] == "no_such_address"
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("path", _CHANGES)
    def test_another_method_is_405(self, house: Desk, path: str) -> None:
        for method in ("GET", "PUT", "DELETE"):
            answer = house.ask(method, path)
            assert answer.status == 405 and answer.error["code"] == "method_not_allowed"
            assert answer.headers["Allow"] == "POST"


class TestBehindTLS:
    def test_cookies_bear_the_name_that_no_other_host_can_set(self, certificate: Certificate) -> None:
        with Desk(*certificate.server_arguments()) as house:
            assert house.url.startswith("https://")
            guest, member = Browser(house), Browser(house)
            guest.sign_in_as_guest()
            member.sign_in_as_member()
            assert list(guest.cookies) == ["__Host-foyer_guest"]
            assert list(member.cookies) == ["__Host-foyer_member", "__Host-foyer_browser"]
            assert guest.get("/api/v1/guests/session").status == 200
            assert member.post("/api/v1/members/logout").status == 204
            assert list(member.cookies) == ["__Host-foyer_browser"]

    def test_a_proxy_s_address_is_our_own(self) -> None:
        with Desk("--public-url", "https://chat.example.org") as house:
            outside = Browser(house, "https://chat.example.org")
            outside.sign_in_as_guest()
            assert list(outside.cookies) == ["__Host-foyer_guest"]
            assert Browser(house, "https://other.example.org").post("/api/v1/guests/logout").status == 403
            assert house.letters()[0]["text"].splitlines()[-1].startswith("@chat.example.org #")

    @pytest.mark.parametrize("trusted", [True, False])
    def test_clients_behind_a_trusted_proxy_are_told_apart(self, trusted: bool) -> None:
        with Desk(*(["--trusted-proxy", "127.0.0.0/8"] if trusted else [])) as house:
            login = {"email": house.demo()["members"][0]["email"], "password": "a guess"}

            def guess(client: str) -> int:
                forwarded = {"X-Forwarded-For": f"198.51.100.{next(_numbers) % 250}, {client}"}
                return Browser(house).post("/api/v1/members/login", login, **forwarded).status

            assert [guess("203.0.113.7") for _ in range(8)][-1] == 429
            assert guess("203.0.113.8") == (401 if trusted else 429)

    def test_a_house_behind_an_unknown_proxy_says_so(self) -> None:
        for flags, warns in (
            (["--public-url", "https://chat.example.org"], True),
            (["--public-url", "https://chat.example.org", "--trusted-proxy", "127.0.0.1"], False),
            ([], False),
        ):
            with Desk(*flags) as house:
                wait_until(lambda house=house: "Ctrl-C ends it." in house.output, 5, "all lines are there")
                assert any("--trusted-proxy" in line for line in house.output) == warns

    @pytest.mark.parametrize("network", ["10.0.0.1/8", "proxy.example", "0.0.0.0/0", "10.0.0.0/33"])
    def test_what_is_no_network_is_refused_at_the_start(self, network: str) -> None:
        with Program([foyer_binary(), "serve", "--listen", "127.0.0.1:0", "--trusted-proxy", network]) as program:
            assert program.wait(10) not in (0, None)
            assert network in "\n".join(program.errors) and program.output == []


def test_no_mark_of_a_guest_is_in_a_log_or_on_the_disk() -> None:
    with Desk() as house:
        browser = Browser(house)
        browser.sign_in_as_guest("+447700901234", firstName="Zyxomark", lastName="Qwelmark")
        browser.ask_for_code(email="markaddress@example.org", firstName="Zyxomark")
        browser.post("/api/v1/members/login", {"email": "markaddress@example.org", "password": "markpassword"})
        house.get("/chat/markinthepath?markinthequery")
        code, token = house.letters()[1]["text"][:6], browser.cookies["foyer_guest"]
        files = {path: path.read_bytes() for path in house.data.rglob("*") if path.is_file()}
        house.end()
        said = "\n".join(house.output + house.errors).encode()
        marks = ["Zyxomark", "Qwelmark", "447700901234", "7700901234", "markaddress", "markpassword", "markinthe"]
        for mark in [*marks, code, token]:
            assert mark.encode() not in said, mark
        for mark in [*marks, token]:
            assert not [path for path, content in files.items() if mark.encode() in content], mark
        assert len(files) >= 3
