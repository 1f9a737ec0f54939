"""The first organisation of an empty house, over its set-up page's address."""

from typing import Any

from support.desk import Answer, Browser, Desk

PASSWORD = "harbour lantern velvet"
EMAIL = "robin@quayside.example"

FIRST_HOUSE: dict[str, Any] = {
    "organisation": "Quayside Surgery",
    "countryPrefix": "+44",
    "emergencyNumber": "999",
    "team": "Front desk",
    "timeZone": "Europe/London",
    "name": "Robin Marsh",
    "email": EMAIL,
    "password": PASSWORD,
}


def token(house: Desk) -> str:
    return house.set_up_address.partition("#")[2]


def set_up(house: Desk, browser: Browser | None = None, **fields: Any) -> Answer:
    form = {"token": token(house), **FIRST_HOUSE, **fields}
    return (browser or Browser(house)).post("/api/v1/setup", form)
