"""Messages from specifications, and the mistakes in them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import resources
from adapter.errors import SpecError
from adapter.message import (
    Message,
)
from adapter.wire.spec import from_spec

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


SPECS = sorted((resources.fixtures() / "specs").glob("*.toml"))


def build(**data: Any) -> Message:
    ids = (f"id-{number}" for number in itertools.count(1))
    return from_spec(data, now=NOW, new_id=lambda: next(ids))


def referral(**data: Any) -> Message:
    return build(kind="henvisning", version="1.1", henvisning=data)


def mistakes(**data: Any) -> list[str]:
    with pytest.raises(SpecError) as caught:
        build(**data)
    return str(caught.value).splitlines()
