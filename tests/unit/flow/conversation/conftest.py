"""A conversation to tell."""

from __future__ import annotations

import pytest
from telling import Telling


@pytest.fixture
def telling() -> Telling:
    return Telling()
