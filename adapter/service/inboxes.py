"""What lies in the folders: each file is handed out to one worker only, and the one that has waited longest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from adapter.channel.base import Incoming, Inlet
from adapter.errors import ChannelError
from adapter.service.parts import Clock
from adapter.service.troubles import Troubles
from adapter.service.worker import Done, Failed, Fetch

#: Files in one task: each worker gets its share of what waits, but not so few that their commits cost more than they.
BATCH, LEAST = 40, 5
#: Bytes in one task, so that large attachments do not fill the memory.
BATCH_BYTES = 16_000_000
#: Files looked up in a folder at once: each look costs as much as all that lies there.
LISTING = 4_000


class Inboxes:
    """The folders, as the dispatcher knows them."""

    def __init__(self, channels: Mapping[str, Inlet], troubles: Troubles, clock: Clock, *, workers: int = 1) -> None:
        """Take the channels by id, where to tell which of them cannot be read, and how many share the work."""
        self._channels = channels
        self._troubles = troubles
        self._clock = clock
        self._workers = workers
        self._files: dict[str, deque[Incoming]] = {name: deque() for name in channels}
        #: Files in a worker's hand, or in the store and still in their folder.
        self._seen: dict[str, set[tuple[str, str]]] = {name: set() for name in channels}
        #: Files that could not be read: looked at again when the channel is polled.
        self._left: dict[str, set[tuple[str, str]]] = {name: set() for name in channels}
        #: Batches in a worker's hand.
        self._given: set[Fetch] = set()

    def has_files(self) -> bool:
        """Tell whether files wait to be handed out."""
        return any(self._files.values())

    @property
    def has_left(self) -> bool:
        """Tell whether files lie there that could not be read."""
        return any(self._left.values())

    def has_any_from(self, moment: datetime) -> bool:
        """Tell whether files that are as old as a moment wait to be handed out, or are in a worker's hand."""
        waiting = [files[0] for files in self._files.values() if files]
        return any(item.modified <= moment for task in self._given for item in task.items) or any(
            item.modified <= moment for item in waiting
        )

    def look(self) -> None:
        """Look into every folder of which all that was found before is handed out."""
        for name in self._channels:
            self._list(name)

    def poll(self, name: str) -> None:
        """Look into a folder, and once more at what could not be read."""
        self._seen[name] -= self._left[name]
        self._left[name].clear()
        self._list(name)

    def next(self) -> Fetch | None:
        """Return a batch from the channel whose next file has waited longest, so that none starves."""
        waiting = {name: files for name, files in self._files.items() if files}
        if not waiting:
            return None
        name = min(waiting, key=lambda name: waiting[name][0].modified)
        files, size = waiting[name], 0
        most = min(BATCH, max(LEAST, ceil(len(files) / self._workers)))
        batch: list[Incoming] = []
        while files and len(batch) < most and (not batch or size + files[0].size <= BATCH_BYTES):
            batch.append(files.popleft())
            size += batch[-1].size
        task = Fetch(name, tuple(batch))
        self._given.add(task)
        return task

    def ended(self, task: Fetch, outcome: Done | Failed | None) -> None:
        """Learn what became of a batch; None where its worker died over it."""
        self._given.discard(task)
        is_done = isinstance(outcome, Done)
        if isinstance(outcome, Done):
            self._left[task.channel].update((item.source, item.version) for item in outcome.left)
        self._list(task.channel, retry=() if is_done else task.items)

    def wait_for_files(self, longer: timedelta) -> bool:
        """Tell whether files lie there that are too young to be read, but for this would be."""
        later = self._clock() + longer
        try:
            return any(
                (item.source, item.version) not in self._seen[name]
                for name, channel in self._channels.items()
                for item in channel.listing(LISTING, later)
            )
        except ChannelError:
            return True  # the next look tells what is wrong

    def _list(self, name: str, *, retry: tuple[Incoming, ...] = ()) -> None:
        seen = self._seen[name]
        seen.difference_update((item.source, item.version) for item in retry)
        if self._files[name]:
            return
        try:
            found = self._channels[name].listing(LISTING + len(seen), self._clock())
        except ChannelError as error:
            self._troubles.tell(name, str(error))
            return
        self._troubles.tell(name, "")
        present = {(item.source, item.version) for item in found}
        seen.intersection_update(present)
        self._left[name].intersection_update(present)
        fresh = [item for item in found if (item.source, item.version) not in seen]
        seen.update((item.source, item.version) for item in fresh)
        self._files[name].extend(fresh)
