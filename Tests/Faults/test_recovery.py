"""How long a fault was felt, from histories written by hand."""

import json

import pytest

from support.recovery import Recovery


def recovery(*lines: tuple) -> Recovery:
    """Lines as (kind, seconds, client, more)."""
    found = Recovery()
    texts = []
    for kind, at, client, *more in lines:
        texts.append(json.dumps({"kind": kind, "at": int(at * 1e6), "client": client, **(more[0] if more else {})}))
    found.read(texts)
    return found


CONNECTED = [
    ("connect", 1.0, 1),
    ("connect", 1.0, 2),
    ("subscribe", 1.0, 1, {"case": "a"}),
    ("caughtUp", 1.1, 1, {"case": "a"}),
]
LATER = ("send", 100.0, 1)


def message(intended: float, acknowledged: float | None, delivered: float | None) -> list[tuple]:
    lines: list[tuple] = [("intend", intended, 1, {"number": 1, "case": "a"})]
    if acknowledged is not None:
        lines.append(("ack", acknowledged, 1, {"number": 1, "case": "a", "seq": 1}))
    if delivered is not None:
        lines.append(("receive", delivered, 2, {"type": "message", "from": 1, "number": 1}))
    return lines


@pytest.mark.parametrize(
    ("more", "is_well", "seconds"),
    [
        ([], True, 0),
        (message(9.5, 9.6, 9.7), True, 0),
        (message(9.5, 9.6, 12.5), True, 2.5),
        (message(9.5, 14.0, 9.7), True, 4),
        (message(9.5, 9.6, 9.7)[2:] + message(9.5, 9.6, 9.7)[:2], True, 0),
        (message(9.5, None, 9.7), False, 0),
        (message(9.5, 9.6, None), False, 0),
        ([("disconnect", 9.0, 1)], False, 0),
        ([("disconnect", 9.0, 1), ("connect", 13.0, 1)], True, 3),
        ([("disconnect", 9.0, 1), ("connect", 13.0, 1), ("subscribe", 13.0, 1, {"case": "a"})], False, 3),
        (
            [
                ("disconnect", 9.0, 1),
                ("connect", 13.0, 1),
                ("subscribe", 13.0, 1, {"case": "a"}),
                ("caughtUp", 15.0, 1, {"case": "a"}),
            ],
            True,
            5,
        ),
        ([("subscribe", 9.0, 1, {"case": "b"}), ("disconnect", 12.0, 1), ("connect", 12.5, 1)], True, 2.5),
        ([("client", 9.0, 9, {"reads": 1}), ("subscribe", 9.0, 9, {"case": "a"})], True, 0),
    ],
    ids=[
        "nothing",
        "a quick message",
        "a late delivery",
        "a late answer",
        "lines of two clients in another order",
        "never answered",
        "never delivered",
        "away",
        "back",
        "back and behind",
        "back and caught up",
        "broken while behind",
        "a reader of the end",
    ],
)
def test_all_is_well_when_everybody_is_back_and_nothing_waits(more: list, is_well: bool, seconds: float) -> None:
    found = recovery(*CONNECTED, *more, LATER)
    assert found.is_well() == is_well
    assert found.well_after(10.0) == pytest.approx(seconds)


def test_what_waits_for_less_than_a_second_is_well() -> None:
    assert recovery(*CONNECTED, *message(99.5, None, None), LATER).is_well()


def test_what_was_felt_may_be_asked_of_a_part() -> None:
    found = recovery(*CONNECTED, *message(9.5, 12.0, 20.0), LATER)
    assert found.well_after(10.0, until=15.0) == pytest.approx(2)
    assert found.well_after(10.0) == pytest.approx(10)
