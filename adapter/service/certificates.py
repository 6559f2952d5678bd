"""Certificates that end soon: a task for the operator at each warning, which closes itself when they are renewed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from adapter.check.finding import Direction
from adapter.config import Settings, build
from adapter.flow.decision import OPERATOR
from adapter.flow.rules import CRT_01
from adapter.service.effects import BY_ITSELF
from adapter.store.entries import NewTask
from adapter.store.ledger import Ledger
from adapter.store.rows import TaskRow
from adapter.store.store import Store

if TYPE_CHECKING:  # what reads certificates takes long to import, and most installations have none
    from adapter.trust.store import Expiry

_PAGE = 1_000


class Watch:
    """Looks at the certificates once a day; their files are read anew each time."""

    def __init__(self, settings: Settings) -> None:
        """Take where they lie."""
        self._settings = settings
        self._last: datetime | None = None

    def look(self, store: Store, now: datetime) -> int:
        """Open and close tasks, unless that was done today; return how many were opened.

        Raises ConfigError where a certificate or key cannot be used any more.
        """
        trust = self._settings.trust
        if not (trust.own or trust.partners) or (self._last is not None and self._last.date() == now.date()):
            return 0
        self._last = now
        return warn(store, build.certificates(self._settings).expiring(now, trust.warning_days), now)


def warn(store: Store, expiring: Iterable[Expiry], now: datetime) -> int:
    """Hold the tasks about certificates to what is so now; return how many were opened.

    A warning that somebody has dealt with does not come back; the next one does.
    """
    due = {one.text: one for one in expiring}
    with store.writing() as ledger:
        told = [task for task in _every_task(ledger) if task.rule == CRT_01.id]
        for task in told:
            if task.state == "open" and task.title not in due:
                ledger.close_task(task.id, by=BY_ITSELF, at=now)
        known = {task.title for task in told}
        fresh = [_task(one) for text, one in due.items() if text not in known]
        ledger.add_tasks(fresh, at=now)
    return len(fresh)


def _task(expiry: Expiry) -> NewTask:
    said = CRT_01.finding(Direction.INBOUND, text=expiry.text)
    # the last warning, and what has ended, cannot wait
    priority = 2 if expiry.is_last else 0
    ends = expiry.entry.certificate.valid_until
    return NewTask(party=OPERATOR, rule=said.rule, title=said.text, due_at=ends, note=said.hint, priority=priority)


def _every_task(ledger: Ledger) -> list[TaskRow]:
    found: list[TaskRow] = []
    while page := ledger.tasks(None, OPERATOR, limit=_PAGE, offset=len(found)):
        found += page
    return found
