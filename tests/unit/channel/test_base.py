"""What waits to be read keeps its name to itself."""

from __future__ import annotations

from datetime import UTC, datetime

from adapter.channel import Incoming

WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_source_shows_neither_in_repr_nor_in_its_label() -> None:
    incoming = Incoming("Vakker Blomst 14838400052.xml", 10, WHEN)

    assert "Blomst" not in repr(incoming)
    assert "148384" not in repr(incoming) + incoming.label


def test_labels_tell_sources_apart() -> None:
    assert Incoming("a.xml", 10, WHEN).label != Incoming("b.xml", 10, WHEN).label
    assert Incoming("a.xml", 10, WHEN).label == Incoming("a.xml", 20, WHEN).label
