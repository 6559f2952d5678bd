"""Which profiles there are, by the name a party's `profiles` gives them: what a message says is judged by these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module

from adapter.check import message_types
from adapter.check.codelists import CodeLists
from adapter.check.finding import Finding
from adapter.check.policy import Policy
from adapter.check.profile import Profile
from adapter.message import Message

#: Judges a message at an aware time.
Content = Callable[[Message, CodeLists, Policy, datetime], Iterator[Finding]]

#: Modules by profile, imported when first asked for. A new profile is a file in `schemas/profiles/`, a module, and a
#: line here.
CONTENTS: Mapping[str, str] = {"amo": "adapter.check.amo", "fri": "adapter.check.fri", "navt": "adapter.check.navt"}


def check(message: Message, codelists: CodeLists, policy: Policy, now: datetime) -> Iterator[Finding]:
    """Yield the findings of the message's type, then those of every profile of the receiving party.

    What a profile says in its own words, or never asks, is not said twice.
    """
    found: list[Finding] = []
    said: set[str] = set()
    for name in policy.profiles:
        of_profile = tuple(_of(name)(message, codelists, policy, now))
        said.update(Profile.load(name).instead_of(finding.rule for finding in of_profile))
        found += of_profile
    yield from (finding for finding in message_types.check(message, policy) if finding.rule not in said)
    yield from found


@cache
def _of(name: str) -> Content:
    check: Content = import_module(CONTENTS[name]).check
    return check
