"""A real HTTP server that behaves as the first part of a request's path says: well, slowly, or not at all.

    python Tests/support/awkward_http.py [--tls-cert FILE --tls-key FILE]

It listens on a free port of 127.0.0.1, prints that, and ends when its input does. It is run on its own:
standard library only.
"""

import argparse
import hashlib
import hmac
import json
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
"""Whoever shows these may use `/signed/…`."""
PATIENCE_SECONDS = 60
"""For how long `/hang` says nothing: longer than any test's timeout."""

recorded: list[dict[str, Any]] = []
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answered = 0
    """Requests of this connection that were answered."""

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def handle_any(self) -> None:
        parts = urlsplit(self.path).path.strip("/").split("/")
        if parts[0] == "cut-upload":
            self.rfile.read(1000)
            self.hang_up()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts[0] != "recorded":
            request = {"method": self.command, "path": self.path, "fields": dict(self.headers), "length": len(body)}
            request |= {"body": body[:65536].decode(errors="replace"), "sha256": hashlib.sha256(body).hexdigest()}
            with lock:
                recorded.append(request)
        behaviour = getattr(self, "do_" + parts[0].replace("-", "_") + "_", None)
        if behaviour is None:
            self.answer(404, b"")
        else:
            behaviour(parts[1:], body)
            self.answered += 1

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

    def answer(self, status: int, body: bytes, *fields: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    # One for each way to behave.

    def do_recorded_(self, rest: list[str], body: bytes) -> None:
        with lock:
            found = [request for request in recorded if request["path"].startswith("/" + "/".join(rest))]
        self.answer(200, json.dumps(found).encode())

    def do_echo_(self, rest: list[str], body: bytes) -> None:
        self.answer(200, body, ("X-Method", self.command), ("Set-Cookie", "a=b"))

    def do_status_(self, rest: list[str], body: bytes) -> None:
        self.answer(int(rest[0]), b"so it is")

    def do_json_(self, rest: list[str], body: bytes) -> None:
        """`/json/STATUS/{…}/…`"""
        self.answer(int(rest[0]), unquote(rest[1]).encode(), ("Content-Type", "application/json"))

    def do_bytes_(self, rest: list[str], body: bytes) -> None:
        count, status = int(rest[0]), int(rest[1]) if len(rest) > 1 else 200
        self.send_response(status)
        self.send_header("Content-Length", str(count))
        self.end_headers()
        piece = bytes(range(256)) * 256
        try:
            while count > 0 and self.command != "HEAD":
                self.wfile.write(piece[:count])
                count -= len(piece)
        except OSError:
            self.close_connection = True

    def do_head_(self, rest: list[str], body: bytes) -> None:
        self.answer(200, b"", *[(f"X-{index}", "x" * 1000) for index in range(int(rest[0]))])

    def do_redirect_(self, rest: list[str], body: bytes) -> None:
        self.answer(302, b"", ("Location", "/echo/elsewhere"))

    def do_slow_(self, rest: list[str], body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(PATIENCE_SECONDS))
        self.end_headers()
        try:
            for _ in range(PATIENCE_SECONDS):
                self.wfile.write(b".")
                time.sleep(1)
        except OSError:
            self.close_connection = True

    def do_late_(self, rest: list[str], body: bytes) -> None:
        """`/late/SECONDS`: a good answer, but not at once."""
        time.sleep(float(rest[0]))
        self.answer(200, b"{}")

    def do_hang_(self, rest: list[str], body: bytes) -> None:
        self.close_connection = True
        self.connection.settimeout(PATIENCE_SECONDS)
        try:
            self.connection.recv(1)
        except OSError:
            pass

    def do_hang_up_(self, rest: list[str], body: bytes) -> None:
        self.hang_up()

    def do_cut_(self, rest: list[str], body: bytes) -> None:
        """`/cut/STATUS`: an answer that ends before its end."""
        self.send_response(int(rest[0]))
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"so far")
        self.hang_up()

    def do_tired_(self, rest: list[str], body: bytes) -> None:
        """Answers a connection's first request; takes each further one and hangs up."""
        if self.answered == 0:
            self.answer(200, b"once")
        else:
            self.hang_up()

    def do_signed_(self, rest: list[str], body: bytes) -> None:
        wrong = self.signature_error(body)
        self.answer(403 if wrong else 200, wrong.encode())

    def signature_error(self, body: bytes) -> str:
        """AWS Signature Version 4, computed anew from what has come in (Signing AWS API requests, "Create a signed
        request"); empty when it is right."""
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "AWS4-HMAC-SHA256" or "Credential" not in parts:
            return f"no signature but {scheme!r}"
        key, *scope = parts["Credential"].split("/")
        names = parts["SignedHeaders"].split(";")
        missing = [name for name in names if self.headers.get(name) is None]
        if missing:
            return f"signed, but not there: {missing}"
        payload = self.headers.get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()
        if payload not in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest()):
            return "another body"
        url = urlsplit(self.path)
        fields = "".join(f"{name}:{' '.join((self.headers[name]).split())}\n" for name in names)
        path = quote(unquote(url.path), safe="/-_.~")
        canonical = "\n".join([self.command, path, url.query, fields, ";".join(names), payload])
        moment = self.headers.get("x-amz-date") or ""
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        wanted = "\n".join(["AWS4-HMAC-SHA256", moment, "/".join(scope), hashed])
        secret = ("AWS4" + SECRET_KEY).encode()
        for part in scope:
            secret = hmac.digest(secret, part.encode(), "sha256")
        signature = hmac.new(secret, wanted.encode(), "sha256").hexdigest()
        if key != ACCESS_KEY or not hmac.compare_digest(signature, parts["Signature"]):
            return f"not the signature of:\n{canonical}"
        return ""


class Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients of these tests go away in the midst of things."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    if options.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls_cert, options.tls_key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
