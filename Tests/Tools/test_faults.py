"""The table of faults: what a reader sees of what was found."""

import pytest

from faults import row, table

FINDING = {
    "fault": "Redis stopped",
    "acknowledged": 240,
    "lost": 1,
    "repeated": 2,
    "reordered": 3,
    "foreign": 4,
    "reconnections": 5,
    "fault_seconds": 3.12,
    "slowest_seconds": 0.98,
    "well_despite_it_seconds": None,
    "well_after_it_seconds": 0.4,
}


@pytest.mark.parametrize(
    ("despite", "word"), [(None, "0.4 s after its end"), (12.2, "12.2 s after its beginning")], ids=["end", "beginning"]
)
def test_the_time_until_all_is_well_says_from_when_it_counts(despite: float | None, word: str) -> None:
    cells = row({**FINDING, "well_despite_it_seconds": despite})
    assert cells == ["Redis stopped", "240", "1", "2", "3", "4", "5", "3.1 s", "1.0 s", word]


def test_every_row_of_the_table_has_the_width_of_its_head() -> None:
    lines = table([FINDING, {**FINDING, "fault": "a fault with a very long name indeed"}]).splitlines()
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    assert lines[1].strip("|-") == ""
