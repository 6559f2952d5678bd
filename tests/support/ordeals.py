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


#: Of the ordeals that are part of every run: what they put and kill is the same each time, and chance is for the long
#: ones. When each kill strikes, the machine decides all the same.
SEED = 20_261_175


class Ordeal:
    """Chance that a seed repeats, the command under test, and whom it strikes."""

    def __init__(self, command: Path, environment: Mapping[str, str], *, seed: int | None) -> None:
        """Take the command, its environment, and the seed of chance, or None for another one each time.

        BUDSTIKKE_CRASH_SEED repeats a chance that was told before.
        """
        told = os.environ.get("BUDSTIKKE_CRASH_SEED")
        seed = int(told) if told else random.SystemRandom().randrange(10**9) if seed is None else seed
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
