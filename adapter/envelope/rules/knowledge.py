"""What the rules can be asked to look at besides the message: a register of parties, and the receiver's keys.

Both are handed in, as this room knows no parties. What is not there, or does not know, is no violation: the rules that
need it count as not checked.
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from adapter.values import value_class

if TYPE_CHECKING:
    from adapter.trust.pki import Pair


@value_class
class KnownParty:
    """What is known of whoever has a HER-id."""

    #: False: Adresseregisteret answered that nobody has it. None: nobody has heard of it here.
    is_listed: bool | None = None
    #: Whether it is a service or a person in an organisation, level 2 of HIS 1153.
    is_level_two: bool | None = None
    #: Its registered mail addresses in lower case; none where none is known.
    addresses: frozenset[str] = frozenset()
    #: Its certificates for signing, DER.
    certificates: frozenset[bytes] = frozenset()
    #: SHA-1 of one of which a register tells no more, in capitals.
    thumbprint: str | None = None
    #: Whether it is known what certificates it has: without one it has none.
    has_known_certificates: bool = False

    @property
    def can_sign(self) -> bool:
        """Tell whether any certificate for signing is registered for it."""
        return bool(self.certificates or self.thumbprint)

    def signs_with(self, der: bytes) -> bool:
        """Tell whether a certificate is one that is registered for it."""
        if der in self.certificates:
            return True
        return self.thumbprint == hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


@value_class
class KnownAgreement:
    """An agreement (CPA): between whom, and when."""

    her_ids: frozenset[str]
    valid_from: datetime | None = None
    valid_until: datetime | None = None


class PartyRegister(Protocol):
    """Tells who is who; a moment is that of the message, None where it tells none."""

    def party(self, her_id: str, *, cpa_id: str, at: datetime | None) -> KnownParty:
        """Return what is known of a party, its agreement first where CPAId names one."""

    def agreement(self, cpa_id: str) -> KnownAgreement | None:
        """Return the agreement that a CPAId names, whether or not it still holds; None where it is not known."""

    def has_agreement(self, one: str, other: str) -> bool:
        """Tell whether any agreement between two parties is known, by their HER-ids."""


@value_class
class Knowledge:
    """All that is at hand besides the message."""

    register: PartyRegister | None = None
    #: What contents are decrypted with, old keys too.
    pairs: tuple[Pair, ...] = field(default=(), repr=False)


#: A file alone.
NOTHING = Knowledge()
