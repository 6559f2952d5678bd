"""What a message server signs and opens with, whom it can encrypt for, and what it says of itself."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from adapter.envelope.header import Software, Stamp
from adapter.envelope.signature import Seal
from adapter.errors import CertificateUnreadable, KeyUnusable
from adapter.partner.register import Partner
from adapter.partner.snapshot import Use
from adapter.trust.certificate import Certificate
from adapter.trust.cms import may_encrypt
from adapter.trust.pki import Pair
from adapter.trust.store import CertificateStore
from adapter.values import value_class


@value_class
class Keyring:
    """The certificates of an installation, its partners' among them, and the programs that its envelopes name."""

    certificates: CertificateStore
    software: Software

    def stamp(self, at: datetime) -> Stamp:
        """Return what a new envelope gets: an id of its own, the time, and the programs."""
        return Stamp(message_id=str(uuid.uuid4()), at=at, software=self.software)

    def seal(self, at: datetime) -> Seal:
        """Return what envelopes are signed with at a moment; raises KeyUnusable where there is nothing."""
        pair = self.certificates.signing(at)
        if pair is None:
            raise KeyUnusable(
                "No certificate of our own is valid for signing now.",
                hint="Put the new certificate and its key into the folder `own` of [trust], beside the old.",
            )
        return Seal(pair.key, pair.certificate.x509)

    def opening(self) -> tuple[Pair, ...]:
        """Return the pairs that contents are decrypted with, old ones too."""
        return self.certificates.opening()

    def encryption(self, party: Partner, at: datetime, *, counterparts: Collection[str] = ()) -> Certificate:
        """Return the newest certificate that a party's messages can be encrypted for at a moment.

        What its agreement with one of the counterparts says comes first, by HER-id, then what agreements and registers
        say to all; else the folder of partners' certificates, by the number of its organisation.

        Raises:
            KeyUnusable: there is none.
        """
        snapshot = party.snapshot(at, counterparts=counterparts)
        try:
            found = snapshot.certificates(Use.ENCRYPTION, at) if snapshot else ()
        except CertificateUnreadable:  # `partner check` tells which it is
            found = ()
        certificate = next((one for one in found if may_encrypt(one)), None) or self._by_number(party, at)
        if certificate is None:
            raise KeyUnusable(
                f'No certificate of party "{party.id}" is valid for encryption now.',
                hint="Get its present one from Adresseregisteret with `budstikke partner refresh`, or put it into the "
                "folder `partners` of [trust].",
            )
        return certificate

    def _by_number(self, party: Partner, at: datetime) -> Certificate | None:
        number = party.organisation_number
        known = [entry.certificate for entry in self.certificates.partners] if number else []
        fitting = [
            one for one in known if one.organisation_number == number and may_encrypt(one) and one.is_valid_at(at)
        ]
        return max(fitting, key=lambda one: one.valid_from, default=None)
