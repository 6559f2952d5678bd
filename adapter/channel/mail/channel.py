"""Mail as a channel: what lies in a mailbox comes in, and what goes out is handed over at once.

In: `listing`, `read`, then `settle_many` once the bytes are safe in the store; `session` spares a login for each.
Out: `send`. There is no staging: who sends must keep the bytes, and send the same ones again where it failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from adapter.channel.base import Incoming
from adapter.channel.mail.account import Account
from adapter.channel.mail.imap import ImapMailbox
from adapter.channel.mail.mailbox import Mailbox
from adapter.channel.mail.pop3 import Pop3Mailbox
from adapter.channel.mail.server import Server
from adapter.channel.mail.smtp import Failure, Outgoing, Submission
from adapter.channel.mail.terms import Terms
from adapter.channel.mail.trouble import Broken, Trouble
from adapter.errors import ChannelUnavailable, LimitExceeded

_T = TypeVar("_T")
# Only matters for mail whose server does not say when it came.
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


class MailChannel:
    """Carries messages as mail; every error is a ChannelError, save LimitExceeded from `read`.

    The steps on the mailbox are for one thread at a time; `send` may go on beside them.
    """

    def __init__(  # noqa: PLR0913 - one argument per part of the channel's configuration
        self,
        channel_id: str,
        *,
        inbox: Server,
        outbox: Server,
        account: Account,
        terms: Terms,
        folder: str = "INBOX",
        aside: str = "Budstikke",
        patience: timedelta = timedelta(seconds=30),
    ) -> None:
        """Take the servers and what is agreed about mail; no server is asked yet.

        Args:
            channel_id: name in the configuration, for errors.
            inbox: where mail is fetched, by IMAP or POP3.
            outbox: where mail is handed over, by SMTP.
            account: who logs in at both.
            terms: what the mail may be like.
            folder: where mail comes, in IMAP.
            aside: where mail goes that cannot be received, in IMAP.
            patience: longest silence of a server.
        """
        self.id: Final = channel_id
        self.terms: Final = terms
        self._inbox = inbox
        self._outbox = outbox
        self._account = account
        self._folder = folder
        self._aside = aside
        self._patience = patience.total_seconds()
        self._open: Mailbox | None = None
        self._is_kept_open = False
        # What cannot be received and, by POP3, cannot be moved either.
        self._left: set[str] = set()

    # -- in ---------------------------------------------------------------------------------------

    @contextmanager
    def session(self) -> Iterator[None]:
        """Stay logged in for several steps on the mailbox; the login itself comes with the first of them."""
        self._is_kept_open = True
        try:
            yield
        finally:
            self._is_kept_open = False
            self._close()

    def listing(self, limit: int, now: datetime) -> list[Incoming]:
        """Return what lies in the mailbox, oldest first, at most `limit` of it; raises ChannelUnavailable."""
        return self._at_mailbox(lambda box: box.listing(limit, now, without=self._left))

    def read(self, incoming: Incoming) -> bytes:
        """Return the bytes of a mail.

        Raises:
            LimitExceeded: it is larger than the limit; nothing of it was fetched.
            ChannelUnavailable: it is gone, or the server does not give it.
        """
        if incoming.size > self.terms.largest_mail:
            raise LimitExceeded(
                f"channel {self.id}: mail {incoming.label} has {incoming.size} bytes,"
                f" more than largest_mail = {self.terms.largest_mail}",
                hint="Raise largest_mail of the channel if such mails are expected.",
            )
        data = self._at_mailbox(lambda box: box.fetch(incoming.source, incoming.size))
        if data is None:
            raise ChannelUnavailable(
                f"channel {self.id}: mail {incoming.label} is gone from the mailbox",
                hint="The mailbox is for the adapter alone; find out who else empties it.",
            )
        return data

    def settle(self, incoming: Incoming) -> None:
        """Delete one mail whose bytes are safe; see `settle_many`."""
        self.settle_many((incoming,))

    def settle_many(self, items: Iterable[Incoming]) -> None:
        """Delete mails whose bytes are safe, for good; what is gone already is left as it is. ChannelUnavailable."""
        sources = [item.source for item in items]
        if sources:
            self._at_mailbox(lambda box: box.remove(sources))

    def set_aside(self, incoming: Incoming) -> None:
        """Move a mail that cannot be received to the folder `aside`, which is made where it is missing.

        POP3 has no folders: the mail stays where it is and is left out from then on.

        Raises:
            ChannelUnavailable: it could not be moved; by POP3, once for each mail.
        """
        if incoming.source in self._left or self._at_mailbox(lambda box: box.move(incoming.source)):
            return
        self._left.add(incoming.source)
        raise ChannelUnavailable(
            f"channel {self.id}: mail {incoming.label} of {incoming.size} bytes cannot be received and stays in the"
            " mailbox, because POP3 has no folders",
            hint="Take it out of the mailbox by hand; other mail is received all the same.",
        )

    def _at_mailbox(self, step: Callable[[Mailbox], _T]) -> _T:
        try:
            return self._step(step)
        except Trouble as trouble:
            raise self._unavailable(self._inbox, trouble) from None

    def _step(self, step: Callable[[Mailbox], _T]) -> _T:
        """Do a step where somebody is logged in; where the connection breaks off, once again on a new one."""
        try:
            try:
                return step(self._mailbox())
            except Broken:
                self._close()
                return step(self._mailbox())
        except Trouble:
            self._close()
            raise
        finally:
            if not self._is_kept_open:
                self._close()

    def _mailbox(self) -> Mailbox:
        if self._open is None:
            if self._inbox.protocol == "imap":
                self._open = ImapMailbox(
                    self._inbox,
                    self._account,
                    folder=self._folder,
                    aside=self._aside,
                    patience=self._patience,
                    largest=self.terms.largest_mail,
                )
            else:
                self._open = Pop3Mailbox(
                    self._inbox, self._account, patience=self._patience, largest=self.terms.largest_mail
                )
        return self._open

    def _close(self) -> None:
        box, self._open = self._open, None
        if box is not None:
            box.close()

    # -- out --------------------------------------------------------------------------------------

    def send(self, mails: Sequence[Outgoing]) -> dict[str, Failure]:
        """Hand mails over, each to its address; return what failed and why, by key.

        What is not in the answer was taken by the server. A mail whose fate is not known, because the connection broke
        off before the server said what became of it, counts as failed: the same bytes may go again.

        Raises:
            ChannelUnavailable: the server cannot be reached at all, or refuses us; nothing was sent.
        """
        if not mails:
            return {}
        try:
            return self._submission().send(mails)
        except Trouble as trouble:
            raise self._unavailable(self._outbox, trouble) from None

    def _submission(self) -> Submission:
        return Submission(self._outbox, self._account, self.terms, patience=self._patience)

    # -- both -------------------------------------------------------------------------------------

    def self_test(self) -> list[str]:
        """Log in at both servers; return what would keep the channel from working, in sentences for an operator."""
        problems: list[str] = []
        for place, server, look in (
            ("inbox", self._inbox, self._look_into_mailbox),
            ("outbox", self._outbox, self._submission().greet),
        ):
            try:
                look()
            except Trouble as trouble:
                told = f"its {place} at {server}: {trouble}"
                problems.append(f"{told}. {trouble.hint}" if trouble.hint else told)
        return problems

    def _look_into_mailbox(self) -> None:
        self._step(lambda box: box.listing(1, _ANY_TIME, without=()))

    def _unavailable(self, server: Server, trouble: Trouble) -> ChannelUnavailable:
        hint = trouble.hint or "Check that the server works; it is asked again by itself."
        return ChannelUnavailable(f"channel {self.id}: {server}: {trouble}", hint=hint)
