"""What holds for every test."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from adapter.check.schema import SchemaSet

# How long an example takes says something about the machine only: the tests run beside each other. And whether a change
# may go in is no matter of luck: the examples of a test are the same until the test changes. To look for others,
# `pytest --hypothesis-profile search`.
settings.register_profile(
    "budstikke", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("budstikke"), derandomize=False)
settings.load_profile("budstikke")


@pytest.fixture(autouse=True, scope="session")
def can_be_interrupted() -> None:
    """Hear Ctrl-C, which shells let jobs in their background ignore, and those all processes that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def schemas_of_choice() -> Iterator[None]:
    """Let the folder in BUDSTIKKE_TEST_SCHEMAS decide instead of the project's own schemas.

    With a folder of official files the whole suite must pass as it does with ours: an operator may swap them.
    """
    folder = os.environ.get("BUDSTIKKE_TEST_SCHEMAS")
    if not folder:
        yield
        return
    ours = SchemaSet.load
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SchemaSet, "load", lambda directory=None: ours(directory or Path(folder)))
        yield
