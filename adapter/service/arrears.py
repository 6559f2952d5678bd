"""What waited already when the daemon started: until it is judged, no deadline counts as missed.

After a long stop the receipt that settles a deadline may lie in an inbox since long before that deadline passed.
"""

from __future__ import annotations

import time

from adapter.service.backlog import Backlog
from adapter.service.inboxes import Inboxes
from adapter.service.parts import Clock
from adapter.service.rounds import Rounds

#: Seconds after which what waited holds no deadline back any more, however much of it is left.
PATIENCE = 600.0


class Arrears:
    """What lay in the folders and mailboxes, and undecided in the store, when the daemon started.

    A channel or a file that cannot be read keeps nobody waiting.
    """

    def __init__(self, inboxes: Inboxes, rounds: Rounds, backlog: Backlog, clock: Clock) -> None:
        """Take who knows of the folders, of the mailboxes and of the store; the daemon starts now."""
        self._inboxes = inboxes
        self._rounds = rounds
        self._backlog = backlog
        self._started = clock()
        self._until = time.monotonic() + PATIENCE
        self._is_judged = False

    def are_judged(self) -> bool:
        """Tell whether all of it is judged, or was waited for long enough; once so, always so.

        Raises:
            StoreError: the store cannot be read.
        """
        self._is_judged = self._is_judged or time.monotonic() >= self._until or not self._wait()
        return self._is_judged

    def give_up(self) -> None:
        """Hold no deadline back any more."""
        self._is_judged = True

    def _wait(self) -> bool:
        return self._inboxes.has_any_from(self._started) or self._rounds.has_unread or self._backlog.has_undecided()
