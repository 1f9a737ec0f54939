"""Chooses the inputs that are kept: as few and as small as possible, which together reach as much as possible."""

from __future__ import annotations

from dataclasses import dataclass

# What a file costs beside its bytes when two are compared, so that the smallest do not always win.
FILE_COST_BYTES = 256


@dataclass(frozen=True)
class Features:
    """What one input reaches, as libFuzzer numbers it."""

    path: str
    size: int
    features: frozenset[int]


def read_features(control: str) -> list[Features]:
    """Reads the control file of `-merge=1 -set_cover_merge=1`: two counts, the files' names, then a record each."""
    lines = control.splitlines()
    names = lines[2 : 2 + int(lines[0])]
    sizes: dict[int, int] = {}
    found: list[Features] = []
    for line in lines[2 + len(names) :]:
        word, *numbers = line.split()
        if word == "STARTED":
            sizes[int(numbers[0])] = int(numbers[1])
        elif word == "FT":
            index = int(numbers[0])
            found.append(Features(names[index], sizes[index], frozenset(map(int, numbers[1:]))))
    return found


def choose(candidates: list[Features], max_files: int, max_bytes: int) -> list[Features]:
    """Takes, again and again, the input that adds the most for its size."""
    chosen: list[Features] = []
    reached: set[int] = set()
    left = max_bytes
    remaining = list(candidates)
    while len(chosen) < max_files:
        remaining = [entry for entry in remaining if entry.size <= left and not entry.features <= reached]
        if not remaining:
            break
        best = max(remaining, key=lambda entry: len(entry.features - reached) / (entry.size + FILE_COST_BYTES))
        chosen.append(best)
        reached |= best.features
        left -= best.size
    return chosen
