"""What people and programs put into fields that asked for something else, as JSON: some Python would not write."""

import json
from dataclasses import dataclass
from typing import Any

# Larger than any body, and than any message.
BEYOND_EVERYTHING = "x" * 70_000

# Legal texts that do harm where somebody takes them for more than text.
HOSTILE_TEXTS = {
    "html": "<b onclick='x()'>Bo & \"Co\"</b><img src=x onerror=alert(1)>",
    "script": "</script><script>alert(document.domain)</script>",
    "sql": "Robert'); DROP TABLE guests;-- \\",
    "template": "{{self}} ${7*7} #{7*7} <%= 7*7 %>",
    "format": "%s%n%x %1$p {0}",
    "shell": "$(reboot) `id`; rm -rf / | cat > x",
    "path": "../../../etc/passwd",
    "line breaks": "x\r\nSet-Cookie: foyer_member=x\r\n\r\nGET / HTTP/1.1",
    "controls": "a\x01\x02\x1b[31mb\x7fc",
    "bidi": "photo\u202egnp.exe\u2066x\u2069",
    "no width": "a\u200bb\u200dc\u2060",
    "marks": "Z" + "\u0301" * 20,
    "emoji": "Zoë 👩\u200d👧 🩺",
    "far planes": "a\U0001d49c\U0010fffd\uffff",
    "spreadsheet": "=HYPERLINK(1)+cmd|' /C calc'!A0",
}


@dataclass(frozen=True)
class Bad:
    """A value as it stands in a message; `text` of None is no value at all: the field is missing."""

    name: str
    text: str | None
    # Whether a strict reader of JSON refuses it whatever was asked for.
    is_broken: bool = False

    @property
    def value(self) -> Any:
        assert self.text is not None and not self.is_broken
        return json.loads(self.text)

    def __str__(self) -> str:
        return self.name


def _written(name: str, value: Any) -> Bad:
    return Bad(name, json.dumps(value))


MISSING = Bad("missing", None)
NULL = _written("null", None)
EMPTY = _written("empty", "")
BLANK = _written("blank", " \t\n")

NUMBERS = [
    _written("zero", 0),
    _written("number", 7),
    _written("negative", -1),
    _written("fraction", 1.5),
    _written("largest", 2**53 - 1),
    _written("too large", 2**53),
    _written("of 30 digits", 10**30),
]
CONTAINERS = [
    _written("list", []),
    _written("list of texts", ["x"]),
    _written("object", {}),
    _written("object with itself", {"type": "send", "id": 1, "field": "x", "value": "x"}),
    _written("list of everything", [None, True, 1, "x", {}, []]),
]
FLAGS = [_written("true", True), _written("false", False)]
OVERSIZED = [_written("a little too long", "x" * 1025), _written("much too long", "x" * 15_000)]
HOSTILE = [_written(name, text) for name, text in HOSTILE_TEXTS.items()]

BROKEN = [
    Bad("half a surrogate pair", '"\\ud800x"', is_broken=True),
    Bad("surrogates in the wrong order", '"\\udc00\\ud800"', is_broken=True),
    Bad("unknown escape", '"\\x41"', is_broken=True),
    Bad("bare line break", '"a\nb"', is_broken=True),
    Bad("open string", '"', is_broken=True),
    Bad("open list", "[", is_broken=True),
    Bad("very deep", "[" * 6000 + "]" * 6000, is_broken=True),
    Bad("not a number", "NaN", is_broken=True),
    Bad("two values", '"a" "b"', is_broken=True),
]
# What only the protocol's own reader is so strict about (docs/protocol.md).
UNCLEAR = [
    Bad("leading zero", "007", is_broken=True),
    Bad("NUL", '"a\\u0000b"', is_broken=True),
    Bad("a little too deep", "[" * 9 + "]" * 9, is_broken=True),
]


def body(fields: dict[str, Any], path: str, bad: Bad) -> bytes:
    """An object with one of its fields replaced."""
    parts = [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in fields.items() if name != path]
    if bad.text is not None:
        parts.append(f"{json.dumps(path)}:{bad.text}")
    return ("{" + ",".join(parts) + "}").encode()
