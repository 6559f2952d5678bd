"""By which measure synthetic messages are judged: the parties of the example configuration, or what a test says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from adapter import resources
from adapter.check.finding import Direction
from adapter.check.policy import Policy
from adapter.config import build, load
from adapter.flow.addressing import recipients_of, sender_of
from adapter.flow.policy import policy_between
from adapter.message import Message
from adapter.partner.register import Register


@cache
def register() -> Register:
    """Return the parties of the example configuration."""
    return build.register(load(resources.example_config()))


def policy_for(message: Message | None, **given: Any) -> Policy:
    """Return the policy for a message between its parties; `given` are fields of the policy that a test sets."""
    if "direction" in given:
        given["direction"] = Direction(given["direction"])
    base = Policy()
    if message is not None:
        parties = register()
        receiver = next((found.partner for found in recipients_of(message, parties) if found.partner), None)
        base = policy_between(base, sender=sender_of(message, parties), receiver=receiver)
    return replace(base, **given)
