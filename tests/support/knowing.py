"""A message of which everything is known that the rules on ebXML can ask for, and the one that knows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import envelopes
from envelopes import RECEIVER, SENDER
from pki import NOW, SINCE, UNTIL, world

from adapter.envelope import package
from adapter.envelope.addressing import NAV
from adapter.envelope.header import Side
from adapter.envelope.rules.knowledge import Knowledge, KnownAgreement, KnownParty
from adapter.envelope.rules.table import load
from adapter.trust import cms

AGREEMENT = "0f5a2f0c-6a0e-4b9e-9d53-1c1f5a0c7b21"
#: As HITS 1172 has it: a MIME part with the document.
PART = b"Content-Type: application/xml\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<MsgHead/>"
#: The chapters on what a file alone does not tell, but for the one rule in them that it does.
RULES = frozenset(
    key
    for key, rule in load().rules.items()
    if rule.source.startswith(("HITS 1172 5.9", "HITS 1172 5.15")) and key != ("263", "")
)


def known(address: str, **changes: object) -> KnownParty:
    """Return a party of which everything is known."""
    plain = KnownParty(
        is_listed=True,
        is_level_two=True,
        addresses=frozenset({address}),
        certificates=frozenset({world().signing.certificate.der}),
        has_known_certificates=True,
    )
    return replace(plain, **changes)


def the_sender(**changes: object) -> KnownParty:
    """Return the sender of the message."""
    return known(envelopes.mail().sender, **changes)


def the_receiver(**changes: object) -> KnownParty:
    """Return the receiver of the message."""
    return known(envelopes.mail().receiver, **changes)


def the_agreement(**changes: object) -> KnownAgreement:
    """Return the agreement that the message goes by."""
    plain = KnownAgreement(her_ids=frozenset({SENDER, RECEIVER, NAV}), valid_from=SINCE, valid_until=UNTIL)
    return replace(plain, **changes)


@dataclass
class Book:
    """A register of parties, as it is handed in."""

    parties: dict[str, KnownParty] = field(default_factory=dict)
    agreements: dict[str, KnownAgreement] = field(default_factory=dict)

    def party(self, her_id: str, *, cpa_id: str, at: datetime | None) -> KnownParty:
        """Return who has a HER-id."""
        assert cpa_id
        assert at == NOW or at is None
        return self.parties.get(her_id, KnownParty())

    def agreement(self, cpa_id: str) -> KnownAgreement | None:
        """Return an agreement."""
        return self.agreements.get(cpa_id)

    def has_agreement(self, one: str, other: str) -> bool:
        """Tell whether two parties have any."""
        return any({one, other} <= agreement.her_ids for agreement in self.agreements.values())


def book(
    sender: KnownParty | None = None,
    receiver: KnownParty | None = None,
    nav: KnownParty | None = None,
    agreement: KnownAgreement | None = None,
) -> Book:
    """Return a register that knows the parties of the message, and their agreement."""
    parties = {SENDER: sender or the_sender(), RECEIVER: receiver or the_receiver(), NAV: nav or the_receiver()}
    return Book(parties, {AGREEMENT: agreement or the_agreement()})


def knowledge(register: Book | None = None) -> Knowledge:
    """Return a register, and the key that the message is encrypted for."""
    return Knowledge(register=register or book(), pairs=(world().encryption,))


def sealed(content: bytes = PART) -> bytes:
    """Return a content encrypted for the receiver."""
    return cms.encrypt(content, [world().encryption.certificate], at=NOW)


def agreed(octets: bytes | None = None, *, receiver: str = RECEIVER, cpa_id: str = AGREEMENT) -> bytes:
    """Return a message that breaks no rule, by an agreement."""
    header = envelopes.header(cpa_id=cpa_id, receiver=Side.of(receiver, "HENVISNINGreceiver"))
    part = envelopes.payload(octets=octets or sealed())
    return package.write(envelopes.message(header=header), (part,), seal=envelopes.seal(), mail=envelopes.mail())
