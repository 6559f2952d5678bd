"""Which parties a certificate is of, by HER-id: the question, and its answer.

A certificate names an organisation, but no HER-id: whose that is, a register of parties says. Who keeps one is built
elsewhere; a verdict only needs the answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from adapter.values import value_class

if TYPE_CHECKING:  # slow to import, and who keeps a register need not
    from adapter.trust.certificate import Certificate


@value_class
class Attribution:
    """What a register says of a certificate, with what it rests on."""

    #: Of every party that has it, or whose organisation it names; none: the register could not say.
    her_ids: tuple[str, ...] = ()
    #: For the operator. Nothing personal.
    evidence: str


class Parties(Protocol):
    """Knows which parties sign with which certificates."""

    def attribute(self, certificate: Certificate, at: datetime, *, is_issued: bool) -> Attribution:
        """Tell whose a certificate is at a moment.

        `is_issued` says that an issuer who is trusted stands for what the certificate says of itself: without that,
        the number of an organisation in it is worth nothing.
        """
