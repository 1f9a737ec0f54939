"""Waiting for a condition with a deadline: no test sleeps and hopes."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_until(condition: Callable[[], Value], deadline_seconds: float, what: str, poll_seconds: float = 0.02) -> Value:
    """Returns the first truthy value of `condition`; fails, saying `what` was awaited, when the deadline has passed."""
    deadline = time.monotonic() + deadline_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {deadline_seconds} s: {what}")
        time.sleep(poll_seconds)
