"""Crash proof: whatever is killed whenever, each message is delivered once and answered once.

The seed is printed and can be set by BUDSTIKKE_CRASH_SEED; `make soak` takes BUDSTIKKE_CRASH_KILLS and
BUDSTIKKE_CRASH_MESSAGES too.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from marks import ids_of, is_receipt, msg_id_of, original_of, with_new_ids
from ordeals import SEED, Ordeal
from running import LONG, Daemon, Home, Reader, wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]

_STATUS = re.compile(rb'<Status V="([^"]+)"')

_WORN = "SELECT 1 FROM message WHERE state = 'received' AND attempts > 1"


@dataclass(frozen=True)
class Sort:
    """A sort of message: a fixture, who sends it, who gets it, and the status of its receipt."""

    file: str
    sender: str = "referrer"
    receiver: str | None = "clinic"
    status: bytes | None = b"1"
    share: int = 4


SORTS = (
    Sort("henvisning-1.0-komplett.xml"),
    Sort("henvisning-1.1-komplett.xml", share=12),
    Sort("henvisning-1.1-uten-sykmeldingsstatus.xml", share=8),
    Sort("henvisning-1.1-20-kb.xml"),
    Sort("henvisning-2.0-komplett.xml", share=8),
    Sort("dialogmelding-1.1-status-1.xml", "clinic", "referrer", share=10),
    Sort("dialogmelding-1.0-avvik.xml", "clinic", "referrer", share=6),
    Sort("dialogmelding-1.0-nav-behov-for-tiltak.xml", "referrer", "nav", share=16),
    Sort("henvisning-1.1-feil-dato.xml", receiver=None, status=b"2"),
    Sort("henvisning-2.0-mangler-obligatorisk.xml", receiver=None, status=b"2"),
    Sort("henvisning-1.1-ikke-velformet.xml", receiver=None, status=b"2"),
    Sort("henvisning-1.1-feil-pasient.xml", receiver=None, status=b"1"),
    Sort("henvisning-1.1-ikke-velformet-uten-msgid.xml", receiver=None, status=None, share=2),
    Sort("ukjent-rot.xml", receiver=None, status=None, share=1),
    Sort("tom-fil.xml", receiver=None, status=None, share=1),
)


#: What is killed, as often in a hundred times as it stands here in ten.
KINDS = ["all", "daemon", "worker", "worker", "all", "daemon", "worker", "fork server", "worker", "worker"]


@dataclass(frozen=True)
class Sent:
    """One message that was put into an inbox."""

    sort: Sort
    data: bytes
    ids: frozenset[bytes]


def test_each_message_arrives_once_while_everything_is_killed_again_and_again(
    command: Path, environment: dict[str, str], budstikke: Run, fixtures: Path, tmp_path: Path
) -> None:
    FolderOrdeal(command, environment, fixtures, tmp_path, seed=SEED).run(budstikke, messages=500, kills=20)


@pytest.mark.soak
def test_the_same_for_long(
    command: Path, environment: dict[str, str], budstikke: Run, fixtures: Path, tmp_path: Path
) -> None:
    messages = int(os.environ.get("BUDSTIKKE_CRASH_MESSAGES", "5000"))
    kills = int(os.environ.get("BUDSTIKKE_CRASH_KILLS", "200"))
    FolderOrdeal(command, environment, fixtures, tmp_path, seed=None).run(budstikke, messages=messages, kills=kills)


class FolderOrdeal(Ordeal):
    """Messages are put, files are taken, processes are killed; in the end everything must add up."""

    def __init__(
        self, command: Path, environment: Mapping[str, str], fixtures: Path, folder: Path, *, seed: int | None
    ) -> None:
        super().__init__(command, environment, seed=seed)
        self.bodies = {sort.file: (fixtures / "messages" / sort.file).read_bytes() for sort in SORTS}
        self.home = Home.make(folder)
        self.sent: list[Sent] = []
        self.answered: list[bytes] = []
        self.daemons: list[Daemon] = []

    def run(self, budstikke: Run, *, messages: int, kills: int) -> None:
        sorts = self.random.choices(SORTS, [sort.share for sort in SORTS], k=messages)
        rounds = self.rounds_of(sorts, KINDS, kills=kills)
        try:
            with Reader(home=self.home, react=self.react) as reader:
                for portion in rounds:
                    self.round(reader, portion)
                self.finish(reader)
        finally:
            for daemon in self.daemons:
                daemon.kill()
        self.judge(reader)
        assert budstikke("check", "--config", self.home.config, measured=False).returncode == 0

    def round(self, reader: Reader, portion: Sequence[Sort]) -> None:
        """Put some messages, see a daemon at work on them, and kill something."""
        daemon = self.living()
        before = len(reader.taken)
        if self.random.random() < 0.2:
            # into whatever a daemon does when it starts
            self.put(portion)
            time.sleep(self.random.uniform(0, 2))
        else:
            half = len(portion) // 2
            self.put(portion[:half])
            wait_until(lambda: len(reader.taken) > before or daemon.process.poll() is not None, 15, 0.002)
            self.put(portion[half:])
            time.sleep(self.random.uniform(0, 0.4))
        # Three deaths over one message put it aside, and rightly so. Here it would be by chance.
        # (A dead daemon has no worker that could die over one.)
        assert wait_until(lambda: daemon.process.poll() is not None or not self.home.rows(_WORN), pause=0.01)
        self.kill(daemon)

    def living(self) -> Daemon:
        if not self.daemons or self.daemons[-1].process.poll() is not None:
            self.daemons.append(Daemon.start(self.command, self.home, self.environment))
        return self.daemons[-1]

    def kill(self, daemon: Daemon) -> None:
        kind = self.kinds.pop()
        pids = {"worker": daemon.workers, "fork server": lambda: [pid for pid in [daemon.fork_server()] if pid]}
        if kind in pids:
            found = pids[kind]()
            if found:
                with suppress(ProcessLookupError):
                    os.kill(self.random.choice(found), signal.SIGKILL)
            else:
                kind = "daemon"
        if kind == "all":
            daemon.kill()
        elif kind == "daemon":
            daemon.kill_alone()
        self.killed[kind] += 1

    def put(self, sorts: Sequence[Sort]) -> None:
        for sort in sorts:
            again = [sent for sent in self.sent if sent.ids and sent.sort.sender == sort.sender]
            if again and self.random.random() < 0.1:
                number = self.random.randrange(10**9)
                self.home.put(sort.sender, f"again-{number}.xml", self.random.choice(again).data)
            data = with_new_ids(self.bodies[sort.file], self.new_id)
            self.sent.append(Sent(sort, data, ids_of(data) if sort.status else frozenset()))
            self.home.put(sort.sender, f"{len(self.sent):05}.xml", data)

    def react(self, name: str, data: bytes) -> None:
        """Answer as NAV does."""
        if name != "nav" or is_receipt(data):
            return
        number = len(self.answered) + 1
        original = msg_id_of(data)
        assert original
        answer = _receipt(f"2603020920lege{number:05}.1", original.decode()).encode()
        self.answered.append(answer)
        self.home.put("nav", f"answer-{number:05}.xml", answer)

    def finish(self, reader: Reader) -> None:
        """Let a daemon come to rest, and end it as an operator does."""
        assert wait_until(lambda: self.is_at_rest(reader), 2 * LONG, 0.2), self.living().said()[-5:]
        assert self.living().stop() == 0
        last = Daemon.start(self.command, self.home, self.environment, "--once")
        self.daemons.append(last)
        assert last.process.wait(LONG) == 0, last.said()[-5:]

    def is_at_rest(self, reader: Reader) -> bool:
        # a daemon does not start beside long-lived workers of a dead one; whoever supervises it starts it again
        self.living()
        if any(any(self.home.inbox(name).iterdir()) for name in ("referrer", "clinic", "nav")):
            return False
        busy = self.home.rows(
            "SELECT 1 FROM message WHERE state = 'received'"
            " UNION ALL SELECT 1 FROM delivery WHERE state IN ('waiting', 'queued', 'sending') LIMIT 1"
        )
        return not busy and len(reader.of("nav")) == len(self.answered)

    def judge(self, reader: Reader) -> None:
        wanted = Counter((sent.sort.receiver, sent.data) for sent in self.sent if sent.sort.receiver)
        wanted += Counter(("referrer", answer) for answer in self.answered)
        got = Counter((name, data) for name, _, data in reader.taken if (name, data) in wanted)
        assert Counter(name for name, _ in (wanted - got).elements()) == Counter(), "something was lost"
        assert Counter(name for name, _ in (got - wanted).elements()) == Counter(), "something came twice"
        for name in ("clinic", "referrer", "nav"):
            ids = Counter(id_ for data in reader.of(name) if not is_receipt(data) and (id_ := msg_id_of(data)))
            assert set(ids.values()) <= {1}, name

        receipts = [(name, data) for name, _, data in reader.taken if is_receipt(data)]
        by_original: dict[bytes, list[tuple[str, bytes]]] = {}
        for name, data in receipts:
            status = _STATUS.search(data)
            assert status
            by_original.setdefault(original_of(data), []).append((name, status[1]))
        for sent in self.sent:
            found = [one for id_ in sent.ids for one in by_original.get(id_, [])]
            assert found == ([(sent.sort.sender, sent.sort.status)] if sent.sort.status else []), sent.sort
        assert len(receipts) == sum(sent.sort.status is not None for sent in self.sent)
        assert len(receipts) + sum(bool(sent.sort.receiver) for sent in self.sent) == len(reader.taken)

        assert self.home.rows("SELECT id, kind, state FROM message WHERE state IN ('received', 'accepted')") == []
        under_way = "SELECT id, state, last_error FROM delivery WHERE state NOT IN ('sent', 'completed')"
        assert self.home.rows(under_way) == []
        assert self.home.rows("SELECT id FROM task WHERE rule = 'INT-01'") == []
        assert [path.name for path in self.home.hidden()] == []
        print(f"killed: {dict(self.killed)}, sent {len(self.sent)}, taken {len(reader.taken)}")  # noqa: T201 - figures


def _receipt(own: str, original: str) -> str:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<AppRec xmlns="http://www.kith.no/xmlstds/apprec/2004-11-21">'
        '<MsgType V="APPREC" DN="Applikasjonskvittering"/><MIGversion>1.0 2004-11-21</MIGversion>'
        f"<GenDate>{now}</GenDate><Id>{own}</Id>"
        '<Sender><HCP><Inst><Name>NAV</Name><Id>79768</Id><TypeId V="HER" DN="HER-id"/></Inst></HCP></Sender>'
        '<Receiver><HCP><Inst><Name>Syntetisk legesenter</Name><Id>8990200</Id><TypeId V="HER" DN="HER-id"/>'
        '<HCPerson><Name>Grønn Vits</Name><Id>8990201</Id><TypeId V="HER" DN="HER-id"/></HCPerson></Inst></HCP>'
        '</Receiver><Status V="1" DN="OK"/><OriginalMsgId><MsgType V="DIALOG_NOTAT" DN="Notat"/>'
        f"<IssueDate>2026-03-02T09:15:00</IssueDate><Id>{original}</Id></OriginalMsgId></AppRec>"
    )
