"""Real messages into fixtures: everything that could tell of somebody replaced, and the same verdict as before.

`Anonymiser` replaces, `rehearsal` proves that verdict and findings are the same. What each value is, `values` knows
by where it stands and what it looks like; what it recognises by neither is free text, and is replaced too.
"""

from __future__ import annotations

from adapter.replay.anonymise.anonymiser import Anonymiser
from adapter.replay.anonymise.key import Key
from adapter.replay.anonymise.protocol import Protocol

__all__ = ["Anonymiser", "Key", "Protocol"]
