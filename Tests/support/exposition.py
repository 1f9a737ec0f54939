"""Prometheus's text format 0.0.4, read as strictly as `promtool check metrics` does: what a lenient parser forgives is
an error here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_HELP = re.compile(rf"# HELP ({_NAME}) (\S.*)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (counter|gauge|histogram)")
_SAMPLE = re.compile(rf"({_NAME})(\{{[^{{}}]*\}})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="([^"\\]*)"')


@dataclass
class Family:
    name: str
    help: str
    kind: str
    samples: dict[tuple[str, tuple[tuple[str, str], ...]], float] = field(default_factory=dict)

    def value(self, **labels: str) -> float:
        return self.samples[self.name, tuple(labels.items())]

    @property
    def total(self) -> float:
        """Of a histogram: how many values it has."""
        if self.kind == "histogram":
            return self.samples[f"{self.name}_count", ()]
        return sum(self.samples.values())


def parse(text: str) -> dict[str, Family]:
    assert text.endswith("\n") and "\r" not in text
    families: dict[str, Family] = {}
    current: Family | None = None
    wanted_type = ""
    for line in text.removesuffix("\n").split("\n"):
        if found := _HELP.fullmatch(line):
            name, explanation = found.groups()
            assert not wanted_type and name not in families, line
            assert explanation.endswith("."), f"an explanation is a sentence: {line}"
            current = families[name] = Family(name, explanation, "")
            wanted_type = name
        elif found := _TYPE.fullmatch(line):
            assert found[1] == wanted_type and current is not None, line
            current.kind, wanted_type = found[2], ""
        else:
            found = _SAMPLE.fullmatch(line)
            assert found and not wanted_type and current is not None, f"not a sample of a family: {line!r}"
            _add_sample(current, found[1], found[2] or "", float(found[3]))
    for family in families.values():
        _check(family)
    # And somebody else's parser reads the same.
    others = {family.name for family in text_string_to_metric_families(text)}
    assert others == {name.removesuffix("_total") if families[name].kind == "counter" else name for name in families}
    return families


def _add_sample(family: Family, name: str, labels: str, value: float) -> None:
    suffixes = ("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",)
    assert name in {family.name + suffix for suffix in suffixes}, f"{name} among {family.name}"
    parts = labels[1:-1].split(",") if labels else []
    pairs = []
    for part in parts:
        found = _LABEL.fullmatch(part)
        assert found, labels
        pairs.append((found[1], found[2]))
    key = (name, tuple(pairs))
    assert key not in family.samples, f"twice: {name}{labels}"
    assert len({label for label, _ in pairs}) == len(pairs), labels
    family.samples[key] = value


def _check(family: Family) -> None:
    assert family.samples, f"{family.name} has no samples"
    if family.kind == "counter":
        assert family.name.endswith("_total"), family.name
        assert all(value >= 0 for value in family.samples.values()), family.name
    else:
        assert not family.name.endswith(("_total", "_count", "_sum", "_bucket")), family.name
    if family.kind != "histogram":
        return
    buckets = [(dict(labels)["le"], value) for (name, labels), value in family.samples.items() if "le" in dict(labels)]
    bounds = [float(bound) for bound, _ in buckets]
    counts = [count for _, count in buckets]
    assert bounds == sorted(set(bounds)) and buckets[-1][0] == "+Inf", buckets
    assert counts == sorted(counts) and counts[-1] == family.samples[f"{family.name}_count", ()], buckets
    assert (f"{family.name}_sum", ()) in family.samples
