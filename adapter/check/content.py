"""Which profiles there are, by the name a party's `profiles` gives them: what a message says is judged by these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from adapter.check import amo, fri, navt
from adapter.check.codelists import CodeLists
from adapter.check.finding import Finding
from adapter.check.policy import Policy
from adapter.message import Message

#: Judges a message at an aware time.
Content = Callable[[Message, CodeLists, Policy, datetime], Iterator[Finding]]

#: A new profile is a file in `schemas/profiles/`, a module, and a line here.
CONTENTS: Mapping[str, Content] = {amo.PROFILE: amo.check, fri.PROFILE: fri.check, navt.PROFILE: navt.check}


def check(message: Message, codelists: CodeLists, policy: Policy, now: datetime) -> Iterator[Finding]:
    """Yield the findings of every profile of the receiving party."""
    for name in policy.profiles:
        yield from CONTENTS[name](message, codelists, policy, now)
