"""Crash proof over mail: whatever is killed, cut or lost on the way, each message and each receipt arrives once.

Two message servers and the mail server between them are killed at random, while the mail server doubles, delays,
reorders, loses and refuses mails and cuts connections. The seed is printed and can be set by BUDSTIKKE_CRASH_SEED;
`make soak` takes BUDSTIKKE_CRASH_KILLS and BUDSTIKKE_CRASH_MESSAGES too. A seed repeats what is put, killed and told
to go wrong; when each of that hits, the machine decides.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from marks import ids_of, is_receipt, original_of, renewed
from offices import CLINIC, EPJ, GP, MailProcess, open_office
from ordeals import SEED, Ordeal
from running import LONG, Daemon, Home, Reader, wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]

#: Who sends a fixture, and to whom.
SORTS = (
    (GP.name, CLINIC.name, "henvisning-1.1-komplett.xml"),
    (GP.name, CLINIC.name, "henvisning-1.0-komplett.xml"),
    (GP.name, CLINIC.name, "henvisning-2.0-komplett.xml"),
    (GP.name, CLINIC.name, "henvisning-1.1-20-kb.xml"),
    (CLINIC.name, GP.name, "dialogmelding-1.1-status-1.xml"),
)
#: What is killed, as often in a hundred times as it stands here in ten.
KINDS = ("workers", "workers", "workers", "daemon", "all", "all", "all", "mail", "mail", "mail")
#: And when: while mails are handed over, while they are opened, when something has arrived, or at a start.
MOMENTS = ("sending", "sending", "received", "taken", "start")
_IN_HAND = "SELECT 1 FROM envelope WHERE state = '{}'"
_CAUGHT = "SELECT state FROM envelope WHERE state IN ('sending', 'received')"

#: Three deaths over one message, or one mail, put it aside, and rightly so. Here it would be by chance.
_WORN = """SELECT 1 FROM message WHERE state = 'received' AND attempts > 1
    UNION ALL SELECT 1 FROM envelope WHERE state = 'received' AND attempts > 1"""
_BUSY = """SELECT 'message', id, state FROM message WHERE state IN ('received', 'accepted')
    UNION ALL SELECT 'delivery', delivery.id, delivery.state FROM delivery JOIN message ON message.id = message_id
        WHERE delivery.state != CASE WHEN NOT is_reliable THEN 'sent'
            WHEN kind = 'apprec' THEN 'acknowledged' ELSE 'completed' END
    UNION ALL SELECT 'envelope', id, state FROM envelope
        WHERE direction = 'out' AND state != CASE WHEN delivery_id IS NULL THEN 'sent' ELSE 'acknowledged' END
    UNION ALL SELECT 'envelope', id, state FROM envelope
        WHERE direction = 'in' AND state NOT IN ('opened', 'signal', 'duplicate')"""
_FIGURES = {
    "mails in": "SELECT COUNT(*) FROM envelope WHERE direction = 'in'",
    "doubles dropped": "SELECT COUNT(*) FROM envelope WHERE state = 'duplicate'",
    "sent again": "SELECT SUM(attempts - 1) FROM envelope WHERE direction = 'out' AND delivery_id IS NOT NULL",
    "acknowledged again": "SELECT SUM(attempts - 1) FROM envelope WHERE direction = 'out' AND delivery_id IS NULL",
}

#: What goes wrong at the mail server, each at so many in a hundred.
FAULTS = (
    ('what = "twice"', 10),
    ('what = "delay"\nwait = "2s"', 10),
    ('what = "overtaken"\nwait = "3s"', 10),
    ('what = "lose"', 4),
    ('what = "cut unstored"', 4),
    ('what = "cut unanswered"', 8),
    ('what = "cut answered"', 4),
    ('what = "refuse"\ncode = 452\ncommand = "DATA"', 4),
    ('what = "slow"\nwait = "1s"', 4),
    ('what = "login"', 4),
    ('what = "bye"\nprotocol = "imap"', 1),
    ('what = "cut"', 1),
)
#: Besides: for a while it takes nothing.
_CLOSED = '[[fault]]\nwhat = "refuse"\ncommand = "RCPT"\nnth = {nth}\n'


@dataclass(frozen=True)
class Sent:
    """One message that was put into a folder."""

    sender: str
    receiver: str
    data: bytes
    #: A receipt names one of them.
    ids: frozenset[bytes]


def test_each_message_arrives_once_by_mail_while_everything_is_killed(
    command: Path, environment: dict[str, str], budstikke: Run, fixtures: Path, tmp_path: Path
) -> None:
    MailOrdeal(command, environment, fixtures, tmp_path, patience=4, seed=SEED).run(budstikke, messages=40, kills=8)


@pytest.mark.soak
def test_the_same_for_long(
    command: Path, environment: dict[str, str], budstikke: Run, fixtures: Path, tmp_path: Path
) -> None:
    messages = int(os.environ.get("BUDSTIKKE_CRASH_MESSAGES", "3000"))
    kills = int(os.environ.get("BUDSTIKKE_CRASH_KILLS", "200"))
    MailOrdeal(command, environment, fixtures, tmp_path, patience=20, seed=None).run(
        budstikke, messages=messages, kills=kills
    )


class MailOrdeal(Ordeal):
    """Messages are put, files are taken, processes are killed; in the end everything must add up."""

    def __init__(
        self,
        command: Path,
        environment: Mapping[str, str],
        fixtures: Path,
        folder: Path,
        *,
        patience: int,
        seed: int | None,
    ) -> None:
        """Take the command, the seed of chance, and how many seconds an Acknowledgment is waited for.

        The more there is to do the more it must be: what is sent again is to be done too.
        """
        super().__init__(command, environment, seed=seed)
        self.bodies = {file: (fixtures / "messages" / file).read_bytes() for _, _, file in SORTS}
        offices = (GP, CLINIC)
        self.mail = MailProcess(command=command, folder=folder / "mail", offices=offices, environment=self.environment)
        servers = self.mail.servers({GP.name: "imap", CLINIC.name: "pop3"})
        self.homes: dict[str, Home] = {
            one.name: open_office(
                folder / one.name,
                one,
                [other for other in offices if other is not one],
                servers,
                mail={"retries": 1000, "retry_interval": f"{patience}s", "patience": "5s"},
            )
            for one in offices
        }
        self.daemons: dict[str, Daemon] = {}
        self.all_daemons: list[Daemon] = []
        self.sent: list[Sent] = []
        #: Mails in hand when their workers were killed.
        self.caught: Counter[str] = Counter()

    def run(self, budstikke: Run, *, messages: int, kills: int) -> None:
        begun = time.monotonic()
        sorts = self.random.choices(SORTS, k=messages)
        rounds = self.rounds_of(sorts, KINDS, kills=kills)
        try:
            with ExitStack() as stack:
                readers = {name: stack.enter_context(Reader(home=home)) for name, home in self.homes.items()}
                for portion in rounds:
                    self.round(readers, portion)
                self.finish()
            self.judge(readers)
            for home in self.homes.values():
                checked = budstikke("check", "--mail", "--config", home.config, measured=False)
                assert checked.returncode == 0, checked.stdout
        finally:
            self.mail.kill()
            for daemon in self.all_daemons:
                daemon.kill()
        self.tell(time.monotonic() - begun)

    def round(self, readers: Mapping[str, Reader], portion: Sequence[tuple[str, str, str]]) -> None:
        """Put some messages, see everyone at work on them, and kill something."""
        self.start()
        before = sum(len(reader.taken) for reader in readers.values())
        self.put(portion)
        kind, name = self.kinds.pop(), self.random.choice(sorted(self.homes))
        home, moment = self.homes[name], self.random.choice(MOMENTS)
        if moment == "start":
            time.sleep(self.random.uniform(0, 2))
        elif moment == "taken":
            wait_until(lambda: sum(len(reader.taken) for reader in readers.values()) > before, 15, 0.01)
            time.sleep(self.random.uniform(0, 0.7))
        elif wait_until(lambda: not home.rows(_WORN) and home.rows(_IN_HAND.format(moment)), 10, 0.001):
            time.sleep(self.random.uniform(0, 0.03))
        self.kill(kind, name)

    def start(self, faults: str | None = None) -> None:
        """Let whatever is dead come back; faults are drawn where none are given."""
        if not self.mail.is_alive:
            self.mail.start(self.faults() if faults is None else faults)
        for name, home in self.homes.items():
            if name not in self.daemons or self.daemons[name].process.poll() is not None:
                self.daemons[name] = Daemon.start(self.command, home, self.environment)
                self.all_daemons.append(self.daemons[name])

    def faults(self) -> str:
        """Return what goes wrong until the mail server dies; after it came back, other mails suffer."""
        closed = self.random.randrange(3, 20)
        tables = [f"[[fault]]\n{what}\nprobability = {share / 100}\n" for what, share in FAULTS]
        tables.append(_CLOSED.format(nth=list(range(closed, closed + 10))))
        return f"seed = {self.random.randrange(10**6)}\n\n" + "\n".join(tables)

    def kill(self, kind: str, name: str) -> None:
        if kind == "mail":
            self.mail.kill()
            self.killed[kind] += 1
            return
        daemon, home = self.daemons[name], self.homes[name]
        # (A dead daemon has no worker that could die over one.)
        assert wait_until(lambda: daemon.process.poll() is not None or not home.rows(_WORN), pause=0.001)
        if kind == "workers":
            for pid in daemon.workers():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        elif kind == "all":
            daemon.kill()
        else:
            daemon.kill_alone()
        self.killed[f"{kind} of {name}"] += 1
        self.caught.update(state for (state,) in home.rows(_CAUGHT))

    def put(self, sorts: Sequence[tuple[str, str, str]]) -> None:
        for sender, receiver, file in sorts:
            data = renewed(self.bodies[file], self.new_id)
            self.sent.append(Sent(sender, receiver, data, ids_of(data)))
            self.homes[sender].put(EPJ, f"{len(self.sent):05}.xml", data)

    def finish(self) -> None:
        """Let nothing more go wrong and everything come to rest, and end it as operators do."""
        self.kill("mail", GP.name)
        self.start(faults="")
        assert wait_until(self.is_at_rest, 2 * LONG + len(self.sent) / 3, 0.3), self.unfinished()
        for daemon in self.daemons.values():
            assert daemon.stop() == 0
        # what was delayed until now comes to nothing
        last = [Daemon.start(self.command, home, self.environment, "--once") for home in self.homes.values()]
        self.all_daemons += last
        assert [daemon.process.wait(LONG) for daemon in last] == [0] * len(last), [
            daemon.said()[-5:] for daemon in last
        ]

    def is_at_rest(self) -> bool:
        # a daemon does not start beside long-lived workers of a dead one; whoever supervises it starts it again
        self.start(faults="")
        return not any(self.unfinished().values())

    def unfinished(self) -> dict[str, list[tuple[object, ...]]]:
        return {
            name: [*((str(path),) for path in home.inbox(EPJ).iterdir()), *home.rows(_BUSY)]
            for name, home in self.homes.items()
        }

    def judge(self, readers: Mapping[str, Reader]) -> None:
        for name, reader in readers.items():
            got = reader.of(EPJ)
            messages = Counter(data for data in got if not is_receipt(data))
            wanted = Counter(sent.data for sent in self.sent if sent.receiver == name)
            assert (wanted - messages).total() == 0, "something was lost"
            assert (messages - wanted).total() == 0, "something came twice"
            receipts = [data for data in got if is_receipt(data)]
            assert all(b'<Status V="1"' in data for data in receipts)
            named = Counter(original_of(data) for data in receipts)
            of_each = [[named[id_] for id_ in sent.ids if id_ in named] for sent in self.sent if sent.sender == name]
            assert of_each == [[1]] * len(receipts)
        for home in self.homes.values():
            assert home.rows(_BUSY) == []
            # (Dialogue messages of the tests refer to what nobody has seen, and mail servers were away for a while.)
            assert home.rows("SELECT rule, title FROM task WHERE rule NOT IN ('CNV-01', 'TRA-13')") == []
            assert home.hidden() == []

    def tell(self, seconds: float) -> None:
        figures = {
            name: {what: home.rows(statement)[0][0] for what, statement in _FIGURES.items()}
            for name, home in self.homes.items()
        }
        print(  # noqa: T201 - figures
            f"{len(self.sent)} messages, {seconds:.0f} s, killed {dict(self.killed)},"
            f" mails caught {dict(self.caught)}, {figures}"
        )
