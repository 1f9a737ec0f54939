"""Whether something that was posted comes from Foyer: docs/notices.md. Python's own library, nothing else.

    if not is_genuine(request.headers["Foyer-Signature"], request.body, SECRET):
        return 400

The body is the bytes as they came in, before anybody has read them as JSON.
"""

import hashlib
import hmac
import time

TOLERANCE_SECONDS = 300
"""Clocks differ, and a network takes its time; whoever has recorded a request has this long to repeat it."""


def is_genuine(header: str, body: bytes, secret: str, now: float | None = None) -> bool:
    moment, signatures = "", []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            moment = value
        elif name == "v1":
            signatures.append(value)
    wanted = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    # There are two while a secret is being changed.
    if not any(hmac.compare_digest(wanted.encode(), signature.encode()) for signature in signatures):
        return False
    age = (time.time() if now is None else now) - int(moment)
    return abs(age) <= TOLERANCE_SECONDS
