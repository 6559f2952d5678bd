"""What issuers said of a signer's certificates, kept in the record of the message that was judged by it.

Later the issuer says something else, or nothing any more: then the record still shows what was known at the time.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from lxml import etree

from adapter.store.entries import NewEvent

if TYPE_CHECKING:  # what reads certificates takes long to import
    from adapter.trust.verdict import Evidence, SignatureVerdict
    from adapter.trust.verifier import Verifier

#: Statements up to so many octets are kept whole: an answer about one certificate is, a list of them all is named.
LARGEST = 8_192
#: Messages whose statements wait to be written down; previews are never.
_MOST = 256


class Witness:
    """Judges signatures by a verifier, and remembers what that rested on."""

    def __init__(self, verifier: Verifier) -> None:
        """Take what judges."""
        self._verifier = verifier
        self._heard: dict[bytes, tuple[Evidence, ...]] = {}

    def judge(
        self, data: bytes, root: etree._Element | None = None, /, *, at: datetime, allows_weak: bool = False
    ) -> SignatureVerdict:
        """Return the verdict on a message's signature, like the verifier."""
        verdict = self._verifier.judge(data, root, at=at, allows_weak=allows_weak)
        if statements := tuple(one for one in verdict.evidence if one.proof is not None):
            self._heard[sha256(data).digest()] = statements
            if len(self._heard) > _MOST:
                del self._heard[next(iter(self._heard))]
        return verdict

    def events(self, messages: Iterable[tuple[int, bytes]]) -> Iterator[NewEvent]:
        """Yield what is to be written down about messages, by their numbers and bytes, once."""
        for number, data in messages if self._heard else ():
            for one in self._heard.pop(sha256(data).digest(), ()):
                yield statement(number, one)


def statement(message: int | None, said: Evidence, **about: object) -> NewEvent:
    """Return the event that keeps what an issuer said, of a message or `about` something else."""
    proof = said.proof or b""
    told = {**about, "said": said.text, "sha256": sha256(proof).hexdigest()}
    if len(proof) <= LARGEST:
        told["statement"] = base64.b64encode(proof).decode()
    return NewEvent(name="revocation_checked", message_id=message, data=told)
