"""Whose signature a message has, and what issuers said of the signer, kept in the record of the message.

Later the issuer or the register says something else, or nothing any more: then the record still shows what was known
at the time.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from lxml import etree

from adapter.store.entries import NewEvent
from adapter.store.facts import EventData

if TYPE_CHECKING:  # what reads certificates takes long to import
    from adapter.trust.parties import Parties
    from adapter.trust.verdict import Evidence, SignatureVerdict
    from adapter.trust.verifier import Verifier

#: Statements up to so many octets are kept whole: an answer about one certificate is, a list of them all is named.
LARGEST = 8_192
#: Messages of which something waits to be written down; previews are never.
_MOST = 256
#: The question about the register, see `trust.verdict`, which is not imported for it.
_HER_ID = "HER-id"


class Witness:
    """Judges signatures by a verifier, and remembers whose they are and what that rested on."""

    def __init__(self, verifier: Verifier) -> None:
        """Take what judges."""
        self._verifier = verifier
        self._heard: dict[bytes, SignatureVerdict] = {}

    def knowing(self, parties: Parties) -> None:
        """Name signers by another register from now on."""
        self._verifier = replace(self._verifier, parties=parties)

    def judge(
        self, data: bytes, root: etree._Element | None = None, /, *, at: datetime, allows_weak: bool = False
    ) -> SignatureVerdict:
        """Return the verdict on a message's signature, like the verifier."""
        verdict = self._verifier.judge(data, root, at=at, allows_weak=allows_weak)
        if verdict.signer is not None:
            # without the message itself, which may be large
            self._heard[sha256(data).digest()] = replace(verdict, signed=None)
            if len(self._heard) > _MOST:
                del self._heard[next(iter(self._heard))]
        return verdict

    def events(self, messages: Iterable[tuple[int, bytes]]) -> Iterator[NewEvent]:
        """Yield what is to be written down about messages, by their numbers and bytes, once."""
        for number, data in messages if self._heard else ():
            verdict = self._heard.pop(sha256(data).digest(), None)
            if verdict is None:
                continue
            yield NewEvent(name="signature_judged", message_id=number, data=_told(verdict))
            for one in statements_of(verdict):
                yield statement(number, one)


def statements_of(verdict: SignatureVerdict) -> tuple[Evidence, ...]:
    """Return what issuers said of a signer, as far as they signed it."""
    return tuple(one for one in verdict.evidence if one.proof is not None)


def signer_of(verdict: SignatureVerdict) -> EventData:
    """Return whose signature it is, for an event: nothing about a person."""
    signer = verdict.signer
    if signer is None:
        return {}
    told = {"holder": signer.holder.value, "organisation_number": signer.organisation_number}
    for one in verdict.evidence:
        if one.question.value == _HER_ID:
            return {**told, "her_ids": list(signer.her_ids), "her_ids_by": one.text}
    return told


def _told(verdict: SignatureVerdict) -> EventData:
    fault = verdict.fault.value if verdict.fault else None
    return {"intact": verdict.intact, "trusted": verdict.trusted, "fault": fault, **signer_of(verdict)}


def statement(message: int | None, said: Evidence, **about: object) -> NewEvent:
    """Return the event that keeps what an issuer said, of a message or `about` something else."""
    proof = said.proof or b""
    told = {**about, "said": said.text, "sha256": sha256(proof).hexdigest()}
    if len(proof) <= LARGEST:
        told["statement"] = base64.b64encode(proof).decode()
    return NewEvent(name="revocation_checked", message_id=message, data=told)
