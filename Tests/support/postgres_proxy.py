"""A proxy before PostgreSQL that loses what everybody fears to lose: the answer to a COMMIT.

It follows the messages of protocol 3.0 ("Message Formats" in PostgreSQL's manual): a type byte and a length of four
bytes that counts itself; only the client's first messages have no type. A COMMIT is found in simple queries and in
prepared statements, and a commit that was carried out by the server's own word (CommandComplete with the tag COMMIT).
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable
from enum import Enum

from support.fault_proxy import FaultProxy, Link

_SSL_REQUEST = 80877103
_GSS_REQUEST = 80877104
_CANCEL_REQUEST = 80877102


class CommitCut(Enum):
    """Where the connection ends. The client cannot tell the two apart, and has to find out."""

    BEFORE_IT_ARRIVES = "before the COMMIT arrives"
    BEFORE_THE_ANSWER = "before the answer to the COMMIT"


def is_commit(sql: bytes) -> bool:
    word = sql.strip().rstrip(b";").strip().upper()
    return word in (b"COMMIT", b"END", b"COMMIT TRANSACTION", b"COMMIT WORK")


class PostgresLink(Link):
    proxy: PostgresProxy

    def __init__(self, proxy: PostgresProxy, near: socket.socket, far: socket.socket) -> None:
        super().__init__(proxy, near, far)
        self._asked = b""
        self._answered = b""
        self._has_begun = False
        # Of encryption, which is answered with a single byte.
        self._single_bytes = 0
        # Names of prepared statements and portals that are a COMMIT.
        self._statements: set[bytes] = set()
        self._portals: set[bytes] = set()

    def from_client(self, data: bytes) -> Iterable[bytes]:
        self._asked += data
        while (message := self._take_question()) is not None:
            if self._commits(message) and self.proxy._must_cut(CommitCut.BEFORE_IT_ARRIVES):
                self.cut()
                return
            yield message

    def from_server(self, data: bytes) -> Iterable[bytes]:
        self._answered += data
        while self._answered:
            if self._single_bytes:
                self._single_bytes -= 1
                message, self._answered = self._answered[:1], self._answered[1:]
                yield message
                continue
            message = self._take_answer()
            if message is None:
                return
            if message[:1] == b"C" and message[5:] == b"COMMIT\0":
                with self.proxy._counting:
                    self.proxy.commits += 1
                if self.proxy._must_cut(CommitCut.BEFORE_THE_ANSWER):
                    self.cut()
                    return
            yield message

    def _take_question(self) -> bytes | None:
        if self._has_begun:
            length = 1 + struct.unpack("!I", self._asked[1:5])[0] if len(self._asked) >= 5 else None
        else:
            length = struct.unpack("!I", self._asked[:4])[0] if len(self._asked) >= 8 else None
        if length is None or len(self._asked) < length:
            return None
        message, self._asked = self._asked[:length], self._asked[length:]
        if not self._has_begun:
            (code,) = struct.unpack("!I", message[4:8])
            if code in (_SSL_REQUEST, _GSS_REQUEST):
                self._single_bytes += 1
            elif code != _CANCEL_REQUEST:
                self._has_begun = True
        return message

    def _take_answer(self) -> bytes | None:
        if len(self._answered) < 5:
            return None
        length = 1 + struct.unpack("!I", self._answered[1:5])[0]
        if len(self._answered) < length:
            return None
        message, self._answered = self._answered[:length], self._answered[length:]
        return message

    def _commits(self, message: bytes) -> bool:
        kind, body = message[:1], message[5:]
        if not self._has_begun:
            return False
        if kind == b"Q":
            return is_commit(body.rstrip(b"\0"))
        if kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._remember(self._statements, name, is_commit(sql))
        elif kind == b"B":
            portal, statement, _ = body.split(b"\0", 2)
            self._remember(self._portals, portal, statement in self._statements)
        elif kind == b"E":
            return body.partition(b"\0")[0] in self._portals
        return False

    @staticmethod
    def _remember(names: set[bytes], name: bytes, is_one: bool) -> None:
        if is_one:
            names.add(name)
        else:
            names.discard(name)


class PostgresProxy(FaultProxy):
    """`cut_commits(3, CommitCut.BEFORE_THE_ANSWER)`: the next three commits are carried out, and nobody is told."""

    def __init__(self, target_port: int, **where: object) -> None:
        self._counting = threading.Lock()
        self._to_cut: dict[CommitCut, int] = dict.fromkeys(CommitCut, 0)
        self.was_cut: dict[CommitCut, int] = dict.fromkeys(CommitCut, 0)
        # That the server has carried out.
        self.commits = 0
        super().__init__(target_port, **where)

    def make_link(self, near: socket.socket, far: socket.socket) -> PostgresLink:
        return PostgresLink(self, near, far)

    def cut_commits(self, count: int, where: CommitCut) -> None:
        with self._counting:
            self._to_cut[where] += count

    def left_to_cut(self) -> int:
        with self._counting:
            return sum(self._to_cut.values())

    def _must_cut(self, where: CommitCut) -> bool:
        with self._counting:
            if not self._to_cut[where]:
                return False
            self._to_cut[where] -= 1
            self.was_cut[where] += 1
            return True
