"""A real SMTP server (aiosmtpd) that behaves as the recipient's name says, and writes down what it was given.

    python Tests/support/awkward_smtp.py --log FILE [--tls-cert FILE --tls-key FILE [--implicit]] [--password WORD]

With a certificate it wants STARTTLS, or speaks TLS from the first byte (`--implicit`); with a password it wants that of
`foyer`. It listens on a free port of 127.0.0.1, prints that, and ends when its input does.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys
import warnings
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

PATIENCE_SECONDS = 60
"""For how long it says nothing to whoever writes to `hang`: longer than any test's timeout."""

AT_RCPT = {
    "unknown": "550 5.1.1 <{to}> is nobody here",
    "later": "451 4.3.0 Try again later",
    "closing": "421 4.3.2 Closing for maintenance",
}
AFTER_DATA = {"spam": "554 5.7.1 Not wanted", "full": "452 4.2.2 The mailbox is full"}


class Handler:
    def __init__(self, log: Path):
        self.log = log

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.7.1 Not from there"
        envelope.mail_from = address
        envelope.mail_options += options
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.partition("@")[0]
        if name in AT_RCPT:
            return AT_RCPT[name].format(to=address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name in AFTER_DATA:
            return AFTER_DATA[name]
        self.write_down(server, session, envelope)
        if name == "hang":
            await asyncio.sleep(PATIENCE_SECONDS)
        if name == "hang-up":
            server.transport.abort()
        if name == "slow":
            await asyncio.sleep(1)
        return "250 2.0.0 Taken as 42"

    def write_down(self, server: SMTP, session: Session, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        body = message.get_body()
        seen: dict[str, Any] = {
            "isTLS": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data.decode() if session.authenticated else None,
            "host": session.host_name,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "names": message.keys(),
            "fields": {name: str(value) for name, value in message.items()},
            "fromName": message["From"].addresses[0].display_name,
            "text": body.get_content() if body else "",
            "defects": [str(defect) for defect in message.defects]
            + [f"{name}: {defect}" for name, value in message.items() for defect in value.defects],
            "longestLine": max(len(line) for line in raw.split(b"\r\n")),
            "bareLineEnds": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
        }
        with self.log.open("a") as log:
            log.write(json.dumps(seen) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    parser.add_argument("--implicit", action="store_true")
    parser.add_argument("--password")
    options = parser.parse_args()
    # What clients of these tests do on purpose is not for the report.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    context = None
    if options.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls_cert, options.tls_key)

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        is_right = data.login == b"foyer" and data.password == (options.password or "").encode()
        return AuthResult(success=is_right, handled=False, auth_data=data.login)

    settings: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context else {}
    if options.implicit:
        settings = {}
    if options.password:
        settings |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": not options.implicit}
    asyncio.run(serve(Handler(options.log), settings, context if options.implicit else None))


async def serve(handler: Handler, settings: dict[str, Any], context: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, **settings), "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    main()
