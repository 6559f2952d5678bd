"""Whose turn it is among the mail channels: each is looked into, and sent from, by one worker at a time.

A mailbox is no folder: two who look into it see the same mails, and looking takes a login. So the dispatcher never
looks itself; it hands out the channel.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapter.service.troubles import Troubles
from adapter.service.worker import Collect, Done, Failed


class Rounds:
    """The mail channels, those that shall be looked into, and those that a worker has in hand."""

    def __init__(self, channels: Iterable[str], troubles: Troubles) -> None:
        """Take the channels by id, each to be looked into first of all, and where to tell which cannot be read."""
        self.channels = tuple(channels)
        self._troubles = troubles
        self._wanted = dict.fromkeys(self.channels)
        self._unread = set(self.channels)
        self._collecting: set[str] = set()
        self._sending: set[str] = set()

    @property
    def is_done(self) -> bool:
        """Tell whether no channel shall be looked into."""
        return not self._wanted

    @property
    def has_unread(self) -> bool:
        """Tell whether a channel has not been read to its end yet; one that cannot be read does not count."""
        return bool(self._unread)

    def poll(self, channel: str) -> None:
        """Have a channel looked into, as soon as nobody does."""
        self._wanted[channel] = None

    def next(self) -> Collect | None:
        """Give out the channel that has waited longest to be looked into; None without one."""
        name = next((name for name in self._wanted if name not in self._collecting), None)
        if name is None:
            return None
        del self._wanted[name]
        self._collecting.add(name)
        return Collect(name)

    def ended(self, task: Collect, outcome: Done | Failed | None) -> None:
        """Take a channel back that was looked into; it is looked into again at once where more lies in it."""
        self._collecting.discard(task.channel)
        if isinstance(outcome, Done):
            self._troubles.tell(task.channel, outcome.trouble)
        if not isinstance(outcome, Done) or outcome.has_more:
            self.poll(task.channel)
        else:
            self._unread.discard(task.channel)

    def is_sent_from(self, channel: str) -> bool:
        """Tell whether somebody sends from a channel."""
        return channel in self._sending

    def sends(self, channel: str) -> None:
        """Give a channel out to be sent from."""
        self._sending.add(channel)

    def has_sent(self, channel: str) -> None:
        """Take a channel back that was sent from."""
        self._sending.discard(channel)
