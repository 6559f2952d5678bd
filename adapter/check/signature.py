"""MSG-11: what follows from a message's signature. How it is verified is not known here: a verifier is given.

"Could not check" is not "wrong": it holds the message or lets it pass with a remark, as the operator chose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Protocol

from lxml import etree

from adapter.check import rules
from adapter.check.finding import Finding
from adapter.check.policy import Policy
from adapter.check.rule import Rule
from adapter.wire.namespaces import XMLDSIG

_SIGNATURE = f"{{{XMLDSIG}}}Signature"
_PATH = "/MsgHead/Signature"


class Opinion(Protocol):
    """What a verifier says of a signature."""

    @property
    def is_verified(self) -> bool:
        """Tell whether it is genuine, and its signer trusted."""

    @property
    def apprec_code(self) -> str | None:
        """Return the error of a negative receipt, list 8221; None where nothing is wrong."""

    @property
    def reason(self) -> str:
        """Return what it comes to, for the operator; nothing personal."""


class Verify(Protocol):
    """Judges signatures."""

    def __call__(self, data: bytes, root: etree._Element | None, /, *, at: datetime, allows_weak: bool) -> Opinion:
        """Judge the signature on bytes, whose tree is given, as of a moment; `allows_weak` lets SHA-1 through."""


class OnDemand:
    """A verifier that is made when the first signature is met: few messages have one, and making it takes time."""

    def __init__(self, make: Callable[[], Verify]) -> None:
        """Take what makes it."""
        self._make = make

    @cached_property
    def _verify(self) -> Verify:
        return self._make()

    def __call__(self, data: bytes, root: etree._Element | None, /, *, at: datetime, allows_weak: bool) -> Opinion:
        """Judge a signature like the verifier that is made."""
        return self._verify(data, root, at=at, allows_weak=allows_weak)


_WRONG = {"S01": rules.MSG_11, "S02": rules.MSG_11_CERTIFICATE, "S03": rules.MSG_11_REVOKED}


def check(  # noqa: PLR0913 - what one question depends on
    data: bytes, root: etree._Element, policy: Policy, verify: Verify | None, *, is_emergency: bool, now: datetime
) -> Iterator[Finding]:
    """Yield what there is to say of the signature on a message that is the root, or inside the wrapper."""
    if all(child.tag != _SIGNATURE for child in root):
        if policy.signature_required:
            yield from _say(rules.MSG_11_MISSING, policy)
        return
    if verify is None:
        yield from _say(_unchecked(policy), policy, "Signatures are not verified here.")
        return
    opinion = verify(data, root.getroottree().getroot(), at=now, allows_weak=policy.lets_sha1_through(now))
    if opinion.apprec_code is not None:
        rule = rules.MSG_11_EMERGENCY if is_emergency else _WRONG[opinion.apprec_code]
        yield from _say(rule, policy, opinion.reason)
    elif not opinion.is_verified:
        yield from _say(_unchecked(policy), policy, opinion.reason)


def _unchecked(policy: Policy) -> Rule:
    is_held = policy.signature_required or policy.unverifiable == "hold"
    return rules.MSG_11_UNCHECKED_HELD if is_held else rules.MSG_11_UNCHECKED


def _say(rule: Rule, policy: Policy, reason: str | None = None) -> Iterator[Finding]:
    if rule.severity(policy.direction) is None:
        return
    if reason is None:
        yield rule.finding(policy.direction)
    else:
        yield rule.finding(policy.direction, path=_PATH, reason=reason)
