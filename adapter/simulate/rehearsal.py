"""The message servers of the demo without one: somebody to try one's own configuration with."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from adapter.errors import BudstikkeError
from adapter.simulate.actor import Tell
from adapter.simulate.exchange import set_up
from adapter.simulate.processes import Processes

#: Seconds between two looks at whether all are alive.
_LOOK: Final = 0.2


class PartnerEnded(BudstikkeError):
    """A process of the rehearsal ended by itself."""

    code = "SIM-06"


def rehearse(folder: Path, without: str, stop: threading.Event, tell: Tell) -> None:
    """Run the mail server and all message servers but one, until told to stop.

    Raises:
        NoStage: the folder is something else.
        PartnerEnded: one of them did not stay.
    """
    with set_up(folder) as exchange, Processes(exchange.logs) as processes:
        running = {"mail": processes.start("mail", *exchange.mail)}
        for house, stage in exchange.stages:
            if house.name != without:
                running[house.name] = processes.start(house.name, "run", "--config", stage.config)
        tell(f"{', '.join(running)} run in {exchange.folder}, until you stop them.")
        tell(f"{exchange.folder / without} is yours: its keys, its partners and its configuration are there.")
        while not stop.wait(_LOOK):
            for name, process in running.items():
                if process.poll() is not None:
                    raise PartnerEnded(f"The process of {name} ended; {exchange.logs / f'{name}.log'} tells why.")
        processes.stop(*running.values())
