"""Ordeals: messages are put and processes are killed, as chance has it, until everything must add up."""

from __future__ import annotations

import os
import random
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

_Sort = TypeVar("_Sort")


class Ordeal:
    """Chance that a seed repeats, the command under test, and whom it strikes."""

    def __init__(self, command: Path, environment: Mapping[str, str]) -> None:
        """Take the command and its environment; BUDSTIKKE_CRASH_SEED repeats a chance that was told before."""
        seed = int(os.environ.get("BUDSTIKKE_CRASH_SEED") or random.SystemRandom().randrange(10**9))
        print(f"BUDSTIKKE_CRASH_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
        self.random = random.Random(seed)  # noqa: S311 - a test that can be repeated, no secret
        self.command = command
        # measuring would triple the time that the processes take to start
        self.environment = {name: value for name, value in environment.items() if not name.startswith("COVERAGE_")}
        self.kinds: list[str] = []
        self.killed: Counter[str] = Counter()

    def rounds_of(self, sorts: Sequence[_Sort], kinds: Sequence[str], *, kills: int) -> list[Sequence[_Sort]]:
        """Deal what is to be put to as many rounds as there are kills, and shuffle what is killed in each."""
        self.kinds = (list(kinds) * (kills // len(kinds) + 1))[:kills]
        self.random.shuffle(self.kinds)
        return [sorts[number::kills] for number in range(kills)]

    def new_id(self) -> uuid.UUID:
        """Return an id that the seed repeats."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4)
