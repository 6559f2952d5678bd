"""The application receipt, AppRec (HIS 80415)."""

from __future__ import annotations

from adapter.message.code import Code, Moment
from adapter.values import value_class


@value_class
class OriginalMessage:
    """Which message a receipt answers for."""

    kind: Code | None = None
    issued: Moment | None = None
    id: str | None = None


@value_class
class Receipt:
    """What the receiver answers: taken or rejected, and why."""

    software_name: str | None = None
    software_version: str | None = None
    #: List 8258: 1 OK, 2 rejected, 3 OK with an error in a part.
    status: Code | None = None
    #: List 8221.
    errors: tuple[Code, ...] = ()
    original: OriginalMessage | None = None

    @property
    def is_positive(self) -> bool:
        """Tell whether the message was taken."""
        return self.status is not None and self.status.value in {"1", "3"}
