"""Whether an address is in use: what Adresseregisteret said of a HER-id, and when.

"Could not ask" is an answer of its own: it never means that the address is gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from adapter.values import value_class


class Presence(StrEnum):
    """What is known of a HER-id."""

    LISTED = "listed"
    #: The register answered that it knows no such HER-id, or none that is valid now.
    GONE = "gone"
    #: The register did not answer, and never did before.
    UNASKED = "could not ask"


@value_class
class Entry:
    """A communication party as Adresseregisteret describes it."""

    her_id: str
    name: str
    #: "Organization", "Service", "Person" or "OrganizationPerson".
    type: str = ""
    parent_her_id: str | None = None
    organisation_number: str | None = None
    #: Code of lists 8655 and 8663-8668, such as "KX04"; services only.
    service_type: str | None = None
    #: Mail address of its message server.
    edi_address: str | None = None
    #: SHA-1 of its certificates, in capitals.
    signing_thumbprint: str | None = None
    encryption_thumbprint: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def is_valid_at(self, at: datetime) -> bool:
        """Tell whether the entry holds at a moment."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )


@value_class
class Answer:
    """What is known of one HER-id, and what that rests on."""

    her_id: str
    presence: Presence
    #: Also of one that is listed but no longer valid.
    entry: Entry | None = None
    #: When the register itself said so; None where it never did.
    asked_at: datetime | None = None
    #: Older than it should be, because the register could not be asked again.
    is_stale: bool = False
    #: Why the register could not be asked; empty where it was.
    failure: str = ""

    def age(self, now: datetime) -> timedelta | None:
        """Return how old the answer is."""
        return None if self.asked_at is None else now - self.asked_at
