"""Mail servers on free ports, in the test's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from mailroom import CLINIC, NAV, Mailroom

from adapter.simulate.mail import Account, MailHost

Opened = Callable[..., Mailroom]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Return what starts a mail server in the test's folder."""
    with ExitStack() as stack:

        def start(*accounts: Account, **settings: Any) -> Mailroom:
            host = stack.enter_context(MailHost(tmp_path / "mail", accounts or (CLINIC, NAV), **settings))
            post = Mailroom(host)
            stack.enter_context(post.stack)
            return post

        yield start


@pytest.fixture
def post(opened: Opened) -> Mailroom:
    """Return a mail server without faults."""
    return opened()
