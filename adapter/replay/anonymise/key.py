"""The secret that decides what everything becomes: with the same key the same person gets the same pseudonym."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import field
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Self

from adapter.errors import ConfigError
from adapter.values import value_class

#: Shorter secrets can be guessed, and with them what everything was.
_SHORTEST = 16


@value_class(kw_only=False)
class Key:
    """A secret, and the numbers that follow from it."""

    secret: bytes = field(repr=False)

    @classmethod
    def random(cls) -> Self:
        """Return a key for one run, which nobody ever knows."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key from a file. ConfigError where it is too short to be a secret."""
        secret = path.read_bytes().strip()
        if len(secret) < _SHORTEST:
            raise ConfigError(
                f"The key in {path} has fewer than {_SHORTEST} bytes.",
                hint="Make one with `openssl rand -hex 32`, and keep it as secret as the messages themselves.",
            )
        return cls(secret)

    def number(self, kind: str, value: str, attempt: int = 0) -> int:
        """Return the number that belongs to a value."""
        text = f"{kind}\0{value}\0{attempt}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.digest(self.secret, text, sha256), "big")

    def numbers(self, kind: str, value: str) -> Iterator[int]:
        """Yield one number after the other for a value, for ever."""
        attempt = 0
        while True:
            yield self.number(kind, value, attempt)
            attempt += 1

    def dice(self, kind: str, value: str) -> Random:
        """Return a source of chance that always falls the same way for a value."""
        return Random(self.number(kind, value))  # noqa: S311 - seeded by the secret; filler, not a secret itself
