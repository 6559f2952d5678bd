"""`[[channel]]`: the ways in and out, a table for each type."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from adapter.config.fields import (
    ARRAY,
    Duration,
    FilePath,
    InboxUrl,
    MailAddress,
    MailFolder,
    Name,
    OutboxUrl,
    Poll,
    Suffix,
    Table,
    Text,
    Wait,
    distinct,
)


class FolderTable(Table):
    """`[[channel]]` of type "folder": files in two folders."""

    id: Name
    """Short name for parties and routes."""
    type: Literal["folder"]
    """What carries the bytes."""
    inbox: FilePath
    """The other system writes here, the adapter reads and removes."""
    outbox: FilePath
    """The adapter writes here, the other system reads and removes."""
    archive: FilePath | None = None
    """Keeps received files by day instead of deleting them; on the same file system as the inbox."""
    poll: Poll = "every 10s"
    """When to look into the inbox."""
    suffixes: Annotated[tuple[Suffix, ...], ARRAY, AfterValidator(distinct)] = ()
    """Endings of the files to read; none reads all."""
    quiet: Duration = timedelta(seconds=1)
    """Leave a file alone until it has not changed for so long."""
    patience: Duration = timedelta(seconds=60)
    """Take a file that does not end in ">" for half-written for so long."""


class MailTable(Table):
    """`[[channel]]` of type "mail": ebXML over mail (HIS 1037), signed and encrypted."""

    id: Name
    """Short name for parties and routes."""
    type: Literal["mail"]
    """What carries the bytes."""
    address: MailAddress
    """Our EDI address: what we send comes from it."""
    inbox: InboxUrl
    """Where mail is fetched: "imaps://", "pop3s://", or "imap://" and "pop3://", which begin with STARTTLS."""
    outbox: OutboxUrl
    """Where mail is handed over: "smtps://", or "smtp://", which begins with STARTTLS."""
    user: Text | None = None
    """Who logs in, at both; without it nobody does, and the inbox needs a client certificate that stands for one."""
    password_file: FilePath | None = None
    """Holds the password; without it BUDSTIKKE_MAIL_PASSWORD does."""
    ca_file: FilePath | None = None
    """The roots of the servers' certificates, PEM; without it those of the system."""
    certificate_file: FilePath | None = None
    """A client certificate with its key, PEM."""
    folder: MailFolder = "INBOX"
    """Where mail comes, in IMAP."""
    aside: MailFolder = "Budstikke"
    """Where mail goes that cannot be received, in IMAP."""
    patience: Wait = timedelta(seconds=30)
    """When a silent server counts as out of reach."""
    poll: Poll = "every 60s"
    """When to look for mail."""
    largest_mail: Annotated[int, Field(ge=10_000, le=1_000_000_000)] = 51_200_000
    """Bytes of a mail; a larger one is neither fetched nor sent."""
    largest_payload: Annotated[int, Field(ge=10_000, le=1_000_000_000)] = 35_000_000
    """Bytes of a message before it is encrypted."""
    retries: Annotated[int, Field(ge=0, le=1_000)] = 5
    """How often a message without an acknowledgment is sent again; a party's agreement wins."""
    retry_interval: Wait = timedelta(hours=12)
    """How long to wait for an acknowledgment each time; a party's agreement wins."""
    time_to_live: Duration = timedelta()
    """What a message says of how long it may be on its way; "0h": nothing."""
    signs_messages: bool = False
    """Sign messages that have no signature of their own before they are encrypted."""

    @model_validator(mode="after")
    def _password_has_a_user(self) -> Self:
        if self.password_file is not None and self.user is None:
            raise ValueError("password_file goes with user")
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.largest_payload >= self.largest_mail:
            raise ValueError("largest_payload must be smaller than largest_mail")
        return self


ChannelTable = FolderTable | MailTable
