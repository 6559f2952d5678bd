"""A mistake in the configuration: where it is, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from adapter.values import value_class


@value_class(kw_only=False)
class Problem:
    """One mistake, in words for the one who wrote the file."""

    #: Where: "party[1].channel" (arrays count from 0), or "line 12" while the file is no TOML yet.
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return '; did you mean "..."?' for the known word that looks most like this one, or ""."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
