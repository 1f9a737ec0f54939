"""A proxy before PostgreSQL that loses what everybody fears to lose: the answer to a COMMIT.

It follows the messages of protocol 3.0 ("Message Formats" in PostgreSQL's manual): a type byte and a length of four
bytes that counts itself; only the client's first messages have no type. A COMMIT is found in simple queries and in
prepared statements, and a commit that was carried out by the server's own word (CommandComplete with the tag COMMIT).
Commits of transactions that have only read lose nothing, and are left alone.
"""

from __future__ import annotations

import re
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


# Locking a row is no writing: SELECT … FOR UPDATE, FOR NO KEY UPDATE.
_WRITES = re.compile(rb"\b(INSERT\s+INTO|DELETE\s+FROM|(?<!FOR )(?<!KEY )UPDATE\s+\w)", re.IGNORECASE)
_HAS_WRITTEN = re.compile(rb"(INSERT 0|UPDATE|DELETE|COPY) [1-9]")


class Kind(Enum):
    """What a statement does."""

    READS = "reads"
    WRITES = "writes"
    COMMITS = "commits"


def kind_of(sql: bytes) -> Kind:
    if is_commit(sql):
        return Kind.COMMITS
    return Kind.WRITES if _WRITES.search(sql) else Kind.READS


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
        # By their names.
        self._statements: dict[bytes, Kind] = {}
        self._portals: dict[bytes, Kind] = {}
        # In the transaction that goes on: as the client asks, and as the server has answered.
        self._asks_to_write = False
        self._has_written = False

    def from_client(self, data: bytes) -> Iterable[bytes]:
        self._asked += data
        while (message := self._take_question()) is not None:
            if self._asks_to_commit(message) and self.proxy._must_cut(CommitCut.BEFORE_IT_ARRIVES):
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
            if self._is_answer_to_commit(message) and self.proxy._must_cut(CommitCut.BEFORE_THE_ANSWER):
                self.cut()
                return
            yield message

    def _is_answer_to_commit(self, message: bytes) -> bool:
        """Of something that was written, as the server says."""
        if message[:1] != b"C":
            return False
        tag = message[5:].rstrip(b"\0")
        if tag in (b"COMMIT", b"ROLLBACK"):
            is_one = tag == b"COMMIT" and self._has_written
            self._has_written = False
            if is_one:
                with self.proxy._counting:
                    self.proxy.commits += 1
            return is_one
        if _HAS_WRITTEN.match(tag):
            self._has_written = True
        return False

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

    def _asks_to_commit(self, message: bytes) -> bool:
        """What it wants to be written."""
        kind = self._executed(message[:1], message[5:]) if self._has_begun else None
        if kind is Kind.COMMITS:
            is_one, self._asks_to_write = self._asks_to_write, False
            return is_one
        if kind is Kind.WRITES:
            self._asks_to_write = True
        return False

    def _executed(self, type: bytes, body: bytes) -> Kind | None:
        """What this message has the server do, if it does."""
        if type == b"Q":
            return kind_of(body.rstrip(b"\0"))
        if type == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._statements[name] = kind_of(sql)
        elif type == b"B":
            portal, statement, _ = body.split(b"\0", 2)
            self._portals[portal] = self._statements.get(statement, Kind.READS)
        elif type == b"E":
            return self._portals.get(body.partition(b"\0")[0])
        return None


class PostgresProxy(FaultProxy):
    """`cut_commits(3, CommitCut.BEFORE_THE_ANSWER)`: the next three commits are carried out, and nobody is told."""

    def __init__(self, target_port: int, **where: object) -> None:
        self._counting = threading.Lock()
        self._to_cut: dict[CommitCut, int] = dict.fromkeys(CommitCut, 0)
        self.was_cut: dict[CommitCut, int] = dict.fromkeys(CommitCut, 0)
        # That the server has carried out, of transactions that wrote.
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
