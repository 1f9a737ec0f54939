"""Signs in as a guest of Foyer, as docs/http.md has it, and prints the session's cookie. It reads the code in the
development outbox, and so works with demo data only.

    python sign_in.py http://127.0.0.1:8080 TEAM +447700900123
"""

import json
import sys
from http.client import HTTPResponse
from urllib.request import Request, urlopen

base, team, phone = sys.argv[1:]


def post(path: str, body: dict) -> HTTPResponse:
    headers = {"Content-Type": "application/json", "Origin": base}
    return urlopen(Request(base + path, json.dumps(body).encode(), headers), timeout=10)


person = {"team": team, "firstName": "Zoë", "lastName": "Example", "phone": phone}
challenge = json.load(post("/api/v1/guests/code", person))["challenge"]
letters = json.load(urlopen(base + "/api/v1/dev/outbox", timeout=10))["letters"]
code = next(letter["text"][:6] for letter in letters if letter["to"] == phone)
answer = post("/api/v1/guests/verify", {"challenge": challenge, "code": code})
print(answer.headers["Set-Cookie"].partition(";")[0])
