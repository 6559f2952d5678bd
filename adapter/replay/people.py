"""What people do in a scenario, by the same doors as from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapter.check.codelists import CodeLists
from adapter.flow.drafts.author import author_from
from adapter.message.party import HealthcareProfessional
from adapter.message.state import DeliveryState
from adapter.replay.acts import (
    Approve,
    Assign,
    CloseTasks,
    Deed,
    Discard,
    EndStay,
    Purge,
    Release,
    Reopen,
    Retry,
    WriteDraft,
)
from adapter.replay.scenario import ScenarioError, aware
from adapter.service import acts, approval, drafting
from adapter.service.composing import Options
from adapter.service.parts import Parts
from adapter.service.purging import purge
from adapter.service.stays import end_stay
from adapter.store.facts import TaskState
from adapter.store.rows import TaskRow

_ALL = 1_000_000


class People:
    """Everybody who works with the adapter."""

    def __init__(self, scenario: str, parts: Parts, labels: Mapping[str, str]) -> None:
        """Take the name of the scenario, the parts, and what messages are called by the labels of their files."""
        self._scenario = scenario
        self._labels = labels
        #: Names of the drafts that were sent, by the store's number.
        self.sent: dict[int, str] = {}
        self.take(parts)

    def take(self, parts: Parts) -> None:
        """Go on with other parts, which have the same store."""
        self._parts = parts

    def do(self, deed: Deed, now: datetime) -> int | None:
        """Do something; return the number of the draft that was sent by it, if one was.

        Raises:
            ScenarioError: there is nothing to do it with.
            BudstikkeError: the adapter refuses.
        """
        match deed:
            case Approve() | WriteDraft():
                return self._send(deed, now)
            case CloseTasks() | Assign() | Reopen():
                self._at_task(deed, now)
            case Discard():
                drafting.discard(self._parts.store, self._draft_about(deed.message), by=deed.by, now=now)
            case _:
                self._with_message(deed, self.number(deed.message), now)
        return None

    def number(self, name: str) -> int:
        """Return the store's number of a message that was received, or of a draft that was sent."""
        for number, called in self.sent.items():
            if called == name:
                return number
        with self._parts.store.reading() as query:
            for row in query.messages(limit=_ALL):
                if self._labels.get(row.source) == name:
                    return row.id
        raise ScenarioError(f"{self._scenario}: {name} was not received.")

    def _with_message(self, deed: Release | EndStay | Purge | Retry, number: int, now: datetime) -> None:
        match deed:
            case Release():
                acts.release_message(self._parts, number, deed.by, now)
            case EndStay():
                end_stay(self._parts, number, deed.on, deed.by, now)
            case Purge():
                purge(self._parts.store, number, by=deed.by, reason=deed.reason, now=now)
            case Retry():
                self._retry(deed, number, now)

    def _retry(self, deed: Retry, number: int, now: datetime) -> None:
        """Send what was given up once more; where nothing was, have the message judged anew."""
        with self._parts.store.reading() as query:
            given_up = [row.id for row in query.deliveries_of([number]) if row.state is DeliveryState.ABANDONED]
        for delivery in given_up:
            acts.retry_delivery(self._parts.store, delivery, deed.by, now)
        if not given_up:
            acts.retry_message(self._parts.store, number, deed.by, now)

    def _at_task(self, deed: CloseTasks | Assign | Reopen, now: datetime) -> None:
        state: TaskState = "done" if isinstance(deed, Reopen) else "open"
        task = self._task(deed.message, state, now)
        with self._parts.store.writing() as ledger:
            match deed:
                case CloseTasks():
                    ledger.close_task(task.id, by=deed.by, at=now)
                case Assign():
                    ledger.assign_task(task.id, deed.to, by=deed.by, at=now)
                case Reopen():
                    ledger.reopen_task(task.id, by=deed.by, at=now)

    def _send(self, deed: Approve | WriteDraft, now: datetime) -> int:
        draft = self._written(deed, now)
        approval.approve(self._parts, draft, by=deed.by, now=now, override=deed.override)
        self.sent[draft] = deed.name
        return draft

    def _written(self, deed: Approve | WriteDraft, now: datetime) -> int:
        """Return the number of a draft that says what it should."""
        if isinstance(deed, WriteDraft):
            told, about = self._told(deed), self.number(deed.message)
            return drafting.new_draft(self._parts, deed.kind, about, told, by=deed.by, now=now).draft
        draft = self._draft_about(deed.message)
        if deed.text is not None or deed.author is not None:
            author = _author(deed.author) if deed.author else None
            drafting.edit(self._parts.store, draft, text=deed.text, author=author, by=deed.by, now=now)
        return draft

    def _told(self, deed: WriteDraft) -> Options:
        """Return what a person tells about a draft; times without a zone are Norwegian, authors are written out."""
        told: dict[str, Any] = dict(deed.told)
        if unknown := told.keys() - Options.__dataclass_fields__.keys():
            raise ScenarioError(f"{self._scenario}: unknown key {', '.join(sorted(unknown))} in `told`.")
        if "appointment" in told:
            told["appointment"] = aware(told["appointment"])
        if "author" in told:
            told["author"] = _author(told["author"])
        return Options(**told)

    def _task(self, name: str, state: TaskState, now: datetime) -> TaskRow:
        tasks = self._tasks(name, state)
        if not tasks:
            word = "open" if state == "open" else "closed"
            raise ScenarioError(f"{self._scenario}: there is no {word} task about {name}.")
        return max(tasks, key=lambda task: task.closed_at or now) if state == "done" else tasks[0]

    def _draft_about(self, name: str) -> int:
        """Return the number of the draft that waits at a task about a message."""
        for task in self._tasks(name, "open"):
            if task.draft_message_id is not None:
                return task.draft_message_id
        raise ScenarioError(f"{self._scenario}: there is no open task with a draft about {name}.")

    def _tasks(self, name: str, state: TaskState) -> list[TaskRow]:
        with self._parts.store.reading() as query:
            return query.tasks(state=state, message_id=self.number(name))


def _author(text: str) -> HealthcareProfessional:
    return author_from(text, CodeLists.load().name_of)
