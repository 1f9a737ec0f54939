"""A client of Foyer: opens a chat as a guest, says what it is told to, prints what comes, and goes on where it was when
the connection breaks. The cookie is what sign_in.py prints; the team is one that asks for no details.

    pip install websockets
    python client.py http://127.0.0.1:8080 TEAM COOKIE "Missing report" "Good morning" "Is there news?"
"""

import json
import random
import sys
import time
from urllib.request import Request, urlopen

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

base, team, cookie, subject, *texts = sys.argv[1:]
# One key is one decision: what was on its way when the connection broke is sent again under the same key.
wishes = [{"type": "open", "team": team, "subject": subject, "key": f"{random.getrandbits(128):032x}"}]
wishes += [{"type": "send", "text": text, "key": f"{random.getrandbits(128):032x}"} for text in texts]
log = {"generation": None, "after": 0}  # And the chat's own name, once it is open.


def hear(socket: ClientConnection, seconds: float) -> dict:
    message = json.loads(socket.recv(seconds))
    if message.get("push") == "event" and message["seq"] > log["after"]:
        log["after"], event = message["seq"], message["event"]
        print(log["after"], event["author"].get("name", "–"), event["type"], event.get("text", ""), flush=True)
    return message


def ask(socket: ClientConnection, **command: object) -> dict:
    """Sends a command and waits for its answer: one at a time, so that one number is enough for all."""
    socket.send(json.dumps({"id": 1, **command}))
    while (answer := hear(socket, 10)).get("re") != 1:
        pass
    if "error" in answer:  # Worth another connection where it may be sent again, and the end where it may not.
        raise (ConnectionError if answer["error"]["retry"] else SystemExit)(answer["error"]["message"])
    return answer["ok"]


end = None
while not (end and 4300 <= end.code < 4400):  # This client would do something wrong again and again.
    try:
        with connect(f"ws{base[4:]}/v1/socket", origin=base, subprotocols=["foyer.v1"]) as socket:
            request = Request(f"{base}/api/v1/guests/ticket", b"", {"Cookie": cookie})
            welcome = ask(socket, type="authenticate", device="other", **json.load(urlopen(request, timeout=10)))
            if welcome["generation"] != log["generation"]:
                log.update(generation=welcome["generation"], after=0)
            while wishes:
                log["case"] = ask(socket, case=log.get("case"), **wishes[0])["case"]
                del wishes[0]
            ask(socket, type="subscribe", **log)
            while True:
                try:
                    hear(socket, 20)
                except TimeoutError:
                    ask(socket, type="ping")
    except (ConnectionClosed, OSError) as problem:
        print(problem, file=sys.stderr)
        end = getattr(problem, "rcvd", None)
        time.sleep(int(end.reason or 5000) / 1000 if end and 4200 <= end.code < 4300 else random.uniform(0.5, 2))
