"""What the mail of a channel may be like, and how long it is sent again."""

from __future__ import annotations

from datetime import timedelta

from adapter.values import value_class


@value_class
class Terms:
    """The numbers of one mail channel (HIS 1037, 5)."""

    #: Our EDI address: what we send comes from it.
    address: str
    #: Bytes of a whole mail.
    largest_mail: int = 51_200_000
    #: Bytes of a message before it is encrypted.
    largest_payload: int = 35_000_000
    #: Sendings after the first, where no agreement says otherwise.
    retries: int = 5
    #: Time to wait for an acknowledgment each time, where no agreement says otherwise.
    retry_interval: timedelta = timedelta(hours=12)
    #: What a message says of how long it may be on its way; None: nothing.
    time_to_live: timedelta | None = None
    #: Sign messages that have no signature of their own before they are encrypted.
    signs_messages: bool = False
