"""docs/asyncapi.yaml as JSON schemas, and the golden examples that belong to its messages."""

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

from support.server import REPOSITORY

EXAMPLES = sorted((REPOSITORY / "Tests/Wire/Examples").glob("*/*.json"))
DOCUMENT: dict[str, Any] = yaml.safe_load((REPOSITORY / "docs/asyncapi.yaml").read_text())
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]


def message_of(example: Path) -> str:
    """`command/transfer-team.json` is a `command.transfer`."""
    return f"{example.parent.name}.{example.stem.split('-')[0]}"


def validator(message: str) -> Draft7Validator:
    """AsyncAPI's own schemas are those of draft 7."""
    payload = {"$ref": f"#/components/messages/{message}/payload", "components": DOCUMENT["components"]}
    return Draft7Validator(payload)


def _closed(required: str, *others: str, **known: Any) -> dict[str, Any]:
    """An object with these fixed fields and extensions, and no other: what is misspelt is found."""
    names = {name: known.get(name, {}) for name in (*required.split(), *" ".join(others).split())}
    return {
        "type": "object",
        "required": required.split(),
        "properties": names,
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }


def _reference(place: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["$ref"],
        "properties": {"$ref": {"pattern": f"^#/{place}$"}},
        "additionalProperties": False,
    }


def _each(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "propertyNames": {"pattern": r"^[a-zA-Z0-9.\-_]+$"}, "additionalProperties": value}


_TEXT = {"type": "string", "minLength": 1}
_TOLD = "title summary description tags externalDocs bindings"
_CHANNEL = _reference("channels/[^/]+")
_CHANNEL_MESSAGES = {"type": "array", "minItems": 1, "items": _reference("channels/[^/]+/messages/[^/]+")}

# The objects of AsyncAPI 3.0.0 that the document has, with the fixed fields that the specification gives them.
STRUCTURE: dict[str, Any] = _closed(
    "asyncapi info channels operations components",
    "id servers defaultContentType",
    asyncapi={"const": "3.0.0"},
    info=_closed(
        "title version",
        "description termsOfService contact license tags externalDocs",
        title=_TEXT,
        version=_TEXT,
        description=_TEXT,
    ),
    defaultContentType=_TEXT,
    servers=_each(
        _closed(
            "host protocol", "protocolVersion pathname variables security", _TOLD, host=_TEXT, protocol={"const": "ws"}
        )
    ),
    channels=_each(
        _closed(
            "address messages",
            "servers parameters",
            _TOLD,
            address={"pattern": "^/"},
            messages=_each(_reference("components/messages/[^/]+")),
        )
    ),
    operations=_each(
        _closed(
            "action channel",
            "messages reply security traits",
            _TOLD,
            action={"enum": ["send", "receive"]},
            channel=_CHANNEL,
            messages=_CHANNEL_MESSAGES,
            reply=_closed("", "address channel messages", channel=_CHANNEL, messages=_CHANNEL_MESSAGES),
        )
    ),
    components=_closed(
        "messages schemas",
        messages=_each(
            _closed(
                "payload",
                "headers correlationId contentType name examples traits",
                _TOLD,
                payload={"type": "object"},
                summary=_TEXT,
            )
        ),
        schemas=_each({"type": "object"}),
    ),
)
