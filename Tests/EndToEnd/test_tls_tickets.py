"""Who comes back over TLS shows a ticket, and is asked for nothing else (docs/decisions/0016-tls-tickets.md)."""

import re
import signal
import socket
import ssl
import urllib.request
from pathlib import Path

import pytest

from support.certificates import Certificate
from support.desk import Desk
from support.peer import trusting_context
from support.waiting import wait_until

_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Phone:
    """A client of Python's own ssl, that keeps what it is given and shows it the next time."""

    def __init__(self, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> None:
        self._context = trusting_context()
        self._context.maximum_version = newest
        self._session: ssl.SSLSession | None = None

    def comes(self, house: Desk) -> bool:
        """Whether it was recognised."""
        with (
            socket.create_connection(("127.0.0.1", house.port), timeout=20) as line,
            self._context.wrap_socket(line, server_hostname="localhost", session=self._session) as secure,
        ):
            secure.sendall(_REQUEST)
            answer = b""
            while piece := secure.recv(65_536):
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200 ")
            self._session = secure.session
            return bool(secure.session_reused)


def _house(certificate: Certificate, data: Path) -> Desk:
    return Desk(*certificate.server_arguments(), "--metrics-listen", "127.0.0.1:0", data=data)


@pytest.mark.covers("B1", "B8")
def test_who_comes_back_is_known_also_after_a_reload_and_a_restart(certificate: Certificate, tmp_path: Path) -> None:
    phone = Phone()
    with _house(certificate, tmp_path / "data") as house:
        assert [phone.comes(house) for _ in range(3)] == [False, True, True]
        metrics = next(line.split()[-1] for line in house.output if line.startswith("foyer metrics on "))
        page = urllib.request.urlopen(metrics, timeout=20).read().decode()
        assert re.findall(r"^foyer_handshakes_resumed_total (\d+)$", page, re.M) == ["2"]
        house.signal(signal.SIGHUP)
        wait_until(lambda: any("certificate reloaded" in line for line in house.errors), 20, "the certificate is read")
        assert phone.comes(house)
    # Its keys come from the master key: another process of the house, like another node, has the same ones.
    with _house(certificate, tmp_path / "data") as house:
        assert phone.comes(house)


@pytest.mark.covers("B8")
def test_another_house_knows_nobody(certificate: Certificate, tmp_path: Path) -> None:
    phone = Phone()
    with _house(certificate, tmp_path / "one") as one, _house(certificate, tmp_path / "other") as other:
        assert not phone.comes(one)
        assert not phone.comes(other)


def test_tls_1_2_has_no_tickets(certificate: Certificate, tmp_path: Path) -> None:
    """Under a ticket's key what was recorded of it could be read."""
    phone = Phone(ssl.TLSVersion.TLSv1_2)
    with _house(certificate, tmp_path / "data") as house:
        assert [phone.comes(house) for _ in range(2)] == [False, False]
