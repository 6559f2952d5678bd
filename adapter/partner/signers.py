"""Who signs with which certificate: the HER-ids that the register of parties gives for one.

The first word has a party's own list of certificates for signing, in its agreement or its register entry. A
certificate on nobody's list is that of the parties whose organisation it names, where a trusted issuer says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from adapter.partner.register import Partner
from adapter.partner.snapshot import Snapshot, Use
from adapter.trust.parties import Attribution

if TYPE_CHECKING:  # slow to import, and most of what is asked of a party is not about certificates
    from adapter.trust.certificate import Certificate

#: An organisation may have hundreds: so many are named in a sentence.
_MOST_NAMED = 5


class Signers:
    """Tells the HER-ids of whoever has a certificate; `trust.parties` asks."""

    __slots__ = ("_configured", "_listing", "_numbered")

    def __init__(self, parties: Iterable[Partner], snapshots: Iterable[Snapshot] = ()) -> None:
        """Take the parties of the configuration, and what is known besides of anybody.

        What the configuration says of a party's organisation wins over its snapshots.
        """
        self._configured: dict[str, list[str]] = defaultdict(list)
        self._listing: dict[bytes, list[Snapshot]] = defaultdict(list)
        self._numbered: dict[str, list[tuple[Snapshot, tuple[str, ...]]]] = defaultdict(list)
        parties = tuple(parties)
        for party in parties:
            if party.organisation_number:
                self._configured[party.organisation_number] += party.her_ids
        ours = {her_id for party in parties for her_id in party.her_ids}
        theirs = (snapshot for party in parties for snapshot in party.snapshots)
        for snapshot in dict.fromkeys((*theirs, *snapshots)):
            for credential in snapshot.credentials:
                if credential.use is Use.SIGNING:
                    self._listing[credential.der].append(snapshot)
            if snapshot.organisation_number:
                others = tuple(her_id for her_id in snapshot.her_ids if her_id not in ours)
                self._numbered[snapshot.organisation_number].append((snapshot, others))

    def attribute(self, certificate: Certificate, at: datetime, *, is_issued: bool) -> Attribution:
        """Tell whose a certificate is at a moment: who lists it, else whose organisation it names."""
        listing = [one for one in self._listing.get(certificate.der, ()) if one.is_valid_at(at)]
        if listing:
            her_ids = _distinct(her_id for one in listing for her_id in one.her_ids)
            sources = " and ".join(_distinct(one.agreement or one.source or one.name for one in listing))
            return Attribution(
                her_ids=her_ids, evidence=f"The certificate is listed for {_named(her_ids)} in {sources}."
            )
        number = certificate.organisation_number
        if number is None:
            return Attribution(evidence="No party lists the certificate, and it names no organisation.")
        if not is_issued:
            text = f"No party lists the certificate, and no trusted issuer says that it is of organisation {number}."
            return Attribution(evidence=text)
        her_ids = self._of_organisation(number, at)
        if not her_ids:
            return Attribution(evidence=f"No party lists the certificate, and none is of organisation {number}.")
        text = f"No party lists the certificate; it is of organisation {number}, as is {_named(her_ids)}."
        return Attribution(her_ids=her_ids, evidence=text)

    def _of_organisation(self, number: str, at: datetime) -> tuple[str, ...]:
        known = self._numbered.get(number, ())
        others = (her_id for snapshot, her_ids in known if snapshot.is_valid_at(at) for her_id in her_ids)
        return _distinct((*self._configured.get(number, ()), *others))


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _named(her_ids: Sequence[str]) -> str:
    rest = len(her_ids) - _MOST_NAMED
    return f"HER-id {', '.join(her_ids[:_MOST_NAMED])}{f' and {rest} more' if rest > 0 else ''}"
