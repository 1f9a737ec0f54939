"""A client of Foyer: signs in as a guest, opens a chat, says what it is told to, prints what comes, and goes on
where it was when the connection breaks. It reads the code in the development outbox, and so works with demo data only.

    pip install websockets
    python client.py http://127.0.0.1:8080 TEAM +447700900123 "Good morning" "Is there news?"
"""

import asyncio
import itertools
import json
import random
import re
import sys
import uuid
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.request import HTTPCookieProcessor, Request, build_opener

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

base, team, contact, *texts = sys.argv[1:]
# Our cookies are `Secure`, which a browser sends to http://localhost, too; this jar has to be told.
browser = build_opener(HTTPCookieProcessor(CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))))
ids = itertools.count(1)


def http(path: str, body: dict | None = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Origin": base}
    return json.load(browser.open(Request(base + path, data, headers), timeout=10))


def sign_in() -> None:
    person = {"team": team, "firstName": "Zoë", "lastName": "Example", "email" if "@" in contact else "phone": contact}
    challenge = http("/api/v1/guests/code", person)["challenge"]
    letter = next(letter for letter in http("/api/v1/dev/outbox")["letters"] if letter["to"] == contact)
    http("/api/v1/guests/verify", {"challenge": challenge, "code": re.search(r"\b\d{6}\b", letter["text"])[0]})


def take(message: dict, log: dict) -> None:
    if message.get("push") == "afresh":
        log.update(after=0, generation=None)
        raise ConnectionError("this is another log")
    if message.get("push") == "event" and message["seq"] > log["after"]:
        log["after"], event = message["seq"], message["event"]
        print(log["after"], event["author"].get("name", "–"), event["type"], event.get("text", ""), flush=True)
    elif message.get("push") == "caughtUp":
        log["generation"] = message["generation"]


async def ask(socket: ClientConnection, log: dict, kind: str, **fields: object) -> dict:
    """Sends a command; takes what else comes before its answer."""
    command = {"id": next(ids), "type": kind, **fields}
    await socket.send(json.dumps(command))
    while (message := json.loads(await socket.recv())).get("re") != command["id"]:
        take(message, log)
    if "error" in message:
        # Worth another connection where it may be sent again, and the end where it may not.
        raise (ConnectionError if message["error"]["retry"] else SystemExit)(message["error"]["message"])
    return message["ok"]


async def talk(socket: ClientConnection, log: dict, outbox: list[dict]) -> None:
    await ask(socket, log, "authenticate", ticket=http("/api/v1/guests/ticket", {})["ticket"], device="other")
    if "case" in log:
        await ask(socket, log, "subscribe", **log)
    while outbox:
        answer = await ask(socket, log, case=log.get("case"), **outbox[0])
        if outbox.pop(0)["kind"] == "open":
            log["case"] = answer["case"]
            await ask(socket, log, "subscribe", **log)
    while True:
        try:
            take(json.loads(await asyncio.wait_for(socket.recv(), 20)), log)
        except TimeoutError:
            await ask(socket, log, "ping")


async def main() -> None:
    sign_in()
    entry = http(f"/api/v1/teams/{team}")
    topic = {"category": entry["categories"][0]["id"]} if entry["categories"] else {"subject": "A question"}
    values = [{"field": field["id"], "value": "none"} for field in entry["fields"] if field["isMandatory"]]
    # One key is one decision: what was on its way when the connection broke is sent again under the same key.
    outbox = [{"kind": "open", "team": team, **topic}, *([{"kind": "identify", "values": values}] if values else [])]
    outbox = [{**command, "key": uuid.uuid4().hex} for command in outbox + [{"kind": "send", "text": t} for t in texts]]
    log = {"after": 0, "generation": None}
    while True:
        end, address = None, f"{base.replace('http', 'ws', 1)}/v1/socket"
        try:
            async with connect(address, origin=base, subprotocols=["foyer.v1"]) as socket:
                await talk(socket, log, outbox)
        except (ConnectionClosed, OSError) as problem:
            print(problem, file=sys.stderr)
            end = getattr(problem, "rcvd", None)
        if end and 4300 <= end.code < 4400:
            sys.exit("this client does something wrong")
        waits = end and 4200 <= end.code < 4300
        await asyncio.sleep(int(end.reason or 5000) / 1000 if waits else random.uniform(0, 2))


asyncio.run(main())
