"""Invitations, and forgotten passwords, as the house's own pages go about them."""

import re

import pytest

from support.desk import Browser, Desk
from support.waiting import wait_until

_PASSWORD = "harbour lantern velvet"
_LINK = re.compile(r"/join/([0-9a-f]{64})")


def link_to(house: Desk, address: str) -> str:
    letter = next(letter for letter in house.letters() if letter["to"] == address)
    found = _LINK.search(letter["text"])
    assert found and house.url in letter["text"], letter
    return found.group(1)


def administrator(house: Desk) -> Browser:
    browser = Browser(house)
    browser.sign_in_as_member(0)
    return browser


def invite(browser: Browser, email: str, **more: object) -> dict[str, object]:
    answer = browser.post("/api/v1/settings/members/invitations", {"name": "Robin Marsh", "email": email, **more})
    assert answer.status == 200, answer.text
    return answer.json()["invitation"]


@pytest.mark.covers("S2.15")
def test_an_invitation_leads_to_a_member_who_signs_in() -> None:
    with Desk() as house:
        admin = administrator(house)
        team = house.team()
        made = invite(admin, "robin@harbour.example", teams=[{"id": team, "rank": "supervisor"}])
        assert made["teams"] == [{"id": team, "name": "Front desk", "rank": "supervisor"}]
        listed = admin.get("/api/v1/settings/members/invitations").json()["invitations"]
        assert listed == [made]
        link = link_to(house, "robin@harbour.example")
        assert house.get(f"/join/{link}").status == 200
        robin = Browser(house)
        bearer = robin.get(f"/api/v1/members/links/{link}").json()
        assert bearer == {
            "isInvitation": True,
            "name": "Robin Marsh",
            "email": "robin@harbour.example",
            "organisation": "Harbour Street Clinic",
        }
        weak = robin.post("/api/v1/members/join", {"link": link, "password": "robin marsh 2026"})
        assert (weak.status, weak.error["code"], weak.error["field"]) == (400, "weak_password", "password")
        joined = robin.post("/api/v1/members/join", {"link": link, "password": _PASSWORD})
        assert joined.status == 200 and joined.json()["member"]["name"] == "Robin Marsh"
        assert robin.get("/api/v1/members/session").status == 200
        again = Browser(house).post("/api/v1/members/join", {"link": link, "password": _PASSWORD + "x"})
        assert (again.status, again.error["code"]) == (410, "link_expired")
        assert admin.get("/api/v1/settings/members/invitations").json() == {"invitations": []}
        # A member who is no administrator invites nobody.
        refused = robin.post("/api/v1/settings/members/invitations", {"name": "Kim", "email": "kim@harbour.example"})
        assert (refused.status, refused.error["code"]) == (403, "not_allowed")
        assert robin.get("/api/v1/settings/members/invitations").status == 403
        assert Browser(house).get("/api/v1/settings/members/invitations").status == 401


def test_an_invitation_is_sent_again_and_withdrawn() -> None:
    with Desk() as house:
        admin = administrator(house)
        address = f"/api/v1/settings/members/invitations/{invite(admin, 'kim@harbour.example')['id']}"
        first = link_to(house, "kim@harbour.example")
        assert admin.post(f"{address}/resend").status == 200
        second = link_to(house, "kim@harbour.example")
        assert first != second and house.get(f"/api/v1/members/links/{first}").status == 410
        assert house.get(f"/api/v1/members/links/{second}").status == 200
        assert admin.post(f"{address}/revoke").status == 204
        assert house.get(f"/api/v1/members/links/{second}").error["code"] == "link_expired"
        for what in ("resend", "revoke"):
            gone = admin.post(f"{address}/{what}")
            assert (gone.status, gone.error["code"]) == (404, "no_such_invitation")
        wrong = {"name": "Kim", "email": "kim@harbour.example", "teams": [{"id": house.team(), "rank": "owner"}]}
        ranked = admin.post("/api/v1/settings/members/invitations", wrong)
        assert (ranked.status, ranked.error["field"]) == (400, "teams")
        taken = admin.post("/api/v1/settings/members/invitations", {"name": "Ben", "email": "ben@harbour.example"})
        assert (taken.status, taken.error["code"], taken.error["field"]) == (409, "address_taken", "email")
        for _ in range(3):
            invite(admin, "kim@harbour.example")
        many = admin.post("/api/v1/settings/members/invitations", {"name": "Kim", "email": "kim@harbour.example"})
        assert (many.status, many.error["code"]) == (429, "too_many_letters") and many.error["retryAfterSeconds"] > 0


def test_a_forgotten_password() -> None:
    with Desk() as house:
        ben = Browser(house)
        ben.sign_in_as_member(1)
        unknown = Browser(house).post("/api/v1/members/forgot", {"email": "nobody@harbour.example"})
        known = Browser(house).post("/api/v1/members/forgot", {"email": "Ben@harbour.example"})
        assert (unknown.status, unknown.body) == (known.status, known.body) == (204, b"")

        def is_there() -> bool:
            return any(letter["to"] == "ben@harbour.example" for letter in house.letters())

        wait_until(is_there, 10, "the letter goes out")
        assert not [letter for letter in house.letters() if letter["to"] == "nobody@harbour.example"]
        link = link_to(house, "ben@harbour.example")
        assert ben.get("/api/v1/members/session").status == 200, "asking changes nothing"
        again = Browser(house)
        assert again.get(f"/api/v1/members/links/{link}").json()["isInvitation"] is False
        assert again.post("/api/v1/members/join", {"link": link, "password": _PASSWORD}).status == 200
        assert ben.get("/api/v1/members/session").status == 401
        old = house.demo()["members"][1]["password"]
        for password, status in ((old, 401), (_PASSWORD, 200)):
            form = {"email": "ben@harbour.example", "password": password}
            assert Browser(house).post("/api/v1/members/login", form).status == status
