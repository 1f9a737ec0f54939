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
