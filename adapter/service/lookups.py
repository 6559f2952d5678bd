"""Looking addresses up beside the work: no message ever waits for Adresseregisteret.

Workers go by what was answered last; here the answers are renewed, for every address of the configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Event, Thread
from types import TracebackType
from typing import Self

import structlog

from adapter.partner.address import Answer, Presence
from adapter.partner.address_register import AddressRegister
from adapter.service.parts import Clock, utc_now

log = structlog.get_logger(__name__)

#: Seconds between looks for answers that are old or in doubt.
EVERY = 60.0


class Lookups:
    """Renews what is known of addresses, for as long as it is entered."""

    def __init__(
        self, register: AddressRegister, her_ids: Sequence[str], *, every: float = EVERY, clock: Clock = utc_now
    ) -> None:
        """Take the register, whom to ask it about, the seconds between two looks, and the clock."""
        self._register = register
        self._her_ids = her_ids
        self._every = every
        self._clock = clock
        self._stop = Event()
        self._thread = Thread(target=self._run, name="lookups", daemon=True)
        self._failure = ""

    def __enter__(self) -> Self:
        """Begin, where there is a register to ask."""
        if self._register.is_configured:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; a question that is under way is not waited for."""
        self._stop.set()

    def look(self, now: datetime) -> None:
        """Ask for what is old or in doubt, and tell what changed."""
        for answer in self._register.refresh_due(self._her_ids, now):
            self._tell(answer)

    def _run(self) -> None:
        while True:
            try:
                self.look(self._clock())
            except Exception:  # the boundary of the thread: without it nobody would be asked again
                log.exception("Addresses could not be looked up", action="lookup_failed")
            if self._stop.wait(self._every):
                return

    def _tell(self, answer: Answer) -> None:
        if answer.failure and not self._failure:
            log.warning("The address register cannot be asked", action="register_down", reason=answer.failure)
        elif self._failure and not answer.failure:
            log.info("The address register answers again", action="register_up")
        self._failure = answer.failure
        if answer.presence is Presence.GONE and not answer.failure:
            log.warning("An address is not in the register", action="address_gone", her_id=answer.her_id)
