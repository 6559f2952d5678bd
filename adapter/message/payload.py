"""What a message can be about, in the standards that are read here.

Each standard has a module of its own, which is loaded with the first message in it: most programs meet few of them,
and the command line must answer at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from adapter.message.kind import Kind

if TYPE_CHECKING:
    from adapter.message.party import Patient


class Payload:
    """Content in a standard that is read here."""

    __slots__ = ()

    kind: ClassVar[Kind]
    version: str

    @property
    def document_id(self) -> str | None:
        """Return the id that stays the same through changes and cancellations, or None."""
        return None

    @property
    def patient(self) -> Patient | None:
        """Return the patient, where the standard names one in the content itself."""
        return None
