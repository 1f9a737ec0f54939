"""docs/asyncapi.yaml describes every message as the golden examples show it (Tests/Wire/Examples)."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from support.asyncapi import DOCUMENT, EXAMPLES, MESSAGES, STRUCTURE, message_of, validator


def references(value: Any) -> Iterator[str]:
    match value:
        case {"$ref": str(target)}:
            yield target
        case dict():
            for inner in value.values():
                yield from references(inner)
        case list():
            for inner in value:
                yield from references(inner)


def resolve(reference: str) -> Any:
    value: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        value = value[part]
    return value


def fields_of_schema(schema: Any) -> set[str]:
    """Every name that a schema mentions, at whatever depth."""
    match schema:
        case {"$ref": str(target)}:
            return fields_of_schema(resolve(target))
        case dict():
            names = set(schema.get("properties", {}))
            return names.union(*(fields_of_schema(inner) for inner in schema.values()))
        case list():
            return set().union(*(fields_of_schema(inner) for inner in schema))
    return set()


def fields_of_value(value: Any) -> set[str]:
    match value:
        case dict():
            return set(value).union(*(fields_of_value(inner) for inner in value.values()))
        case list():
            return set().union(*(fields_of_value(inner) for inner in value))
    return set()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_example_is_what_the_document_describes(example: Path) -> None:
    value = json.loads(example.read_text())
    problems = [error.message for error in validator(message_of(example)).iter_errors(value)]
    assert problems == []
    # Unknown fields are allowed to clients and servers of another release; an example has none.
    assert fields_of_value(value) <= fields_of_schema(MESSAGES[message_of(example)]["payload"])


def test_every_message_has_an_example_and_every_example_a_message() -> None:
    assert {message_of(example) for example in EXAMPLES} == set(MESSAGES)


def test_an_example_is_no_other_command_event_or_push() -> None:
    typed = [name for name in MESSAGES if not name.startswith("answer.")]
    validators = {name: validator(name) for name in typed}
    for example in EXAMPLES:
        value = json.loads(example.read_text())
        taken_for = {name for name in typed if validators[name].is_valid(value)}
        assert taken_for == {message_of(example)} - {name for name in MESSAGES if name.startswith("answer.")}


def test_every_message_is_sent_or_received_and_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        resolve(reference)
    assert set(DOCUMENT["channels"]["socket"]["messages"]) == set(MESSAGES)
    used = {reference.rsplit("/", 1)[1] for reference in references(DOCUMENT["operations"])}
    assert used - {"socket"} == set(MESSAGES)


def test_the_schemas_are_schemas() -> None:
    for message in MESSAGES.values():
        Draft7Validator.check_schema(message["payload"])
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_the_document_is_one_of_asyncapi() -> None:
    Draft7Validator.check_schema(STRUCTURE)
    assert [error.message for error in Draft7Validator(STRUCTURE).iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("asyncapi",), "2.6.0"),
        (("info", "title"), None),
        (("info", "licence"), "MIT"),
        (("servers", "development", "url"), "ws://localhost"),
        (("channels", "socket", "adress"), "/v1/socket"),
        (("operations", "push", "action"), "publish"),
        (("operations", "push", "channel"), {"$ref": "#/channels/socket/messages/push.gone"}),
        (("operations", "push", "messages"), [{"$ref": "#/components/messages/push.gone"}]),
        (("operations", "answeredWithPong", "reply", "message"), []),
        (("components", "messages", "command.ping", "playload"), {}),
        (("components", "messages", "command ping"), {"payload": {}}),
        (("components", "message"), {}),
    ],
)
def test_what_is_none_of_asyncapi_is_found(place: tuple[str, ...], value: Any) -> None:
    wrong = deepcopy(DOCUMENT)
    inner = wrong
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    assert not Draft7Validator(STRUCTURE).is_valid(wrong)
