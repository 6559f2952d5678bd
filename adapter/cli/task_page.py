"""One task with all that is needed to do it, on one page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from adapter.cli.agenda import due, is_overdue, priority, thread_table, timer_table
from adapter.cli.output import cell, fields, section
from adapter.cli.show import text_of
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.values import value_class

if TYPE_CHECKING:
    from adapter.store import EventRow, MessageRow, Query, TaskRow, TimerRow


@value_class(kw_only=False)
class Page:
    """A task, and what the store ties to it."""

    task: TaskRow
    message: MessageRow | None
    thread: tuple[MessageRow, ...]
    deadlines: tuple[TimerRow, ...]
    history: tuple[EventRow, ...]
    next_steps: tuple[str, ...]


def read(query: Query, task: TaskRow) -> Page:
    """Return the page of a task."""
    message = None if task.message_id is None else query.message(task.message_id)
    thread = () if message is None or message.thread is None else tuple(query.thread(message.thread))
    about = {row.id for row in thread} | ({message.id} if message else set())
    return Page(
        task=task,
        message=message,
        thread=thread,
        deadlines=tuple(query.timers_of(about)),
        history=tuple(query.task_events(task)),
        next_steps=tuple(_next_steps(query, task, message)),
    )


def as_json(page: Page, now: datetime) -> dict[str, object]:
    """Return a page for machines; nothing of what messages say."""
    return {
        **dataclasses.asdict(page.task),
        "overdue": is_overdue(page.task, now),
        "about": page.message,
        "thread": [row.id for row in page.thread],
        "deadlines": page.deadlines,
        "history": page.history,
        "next": page.next_steps,
    }


def show(query: Query, page: Page, now: datetime) -> None:
    """Print a page for the person who does the task."""
    _print_task(page.task, now)
    if page.message is not None:
        section("message")
        _print_message(query, page.message)
    if len(page.thread) > 1:
        section("conversation")
        thread_table(query, page.thread)
    if page.message is not None:
        section("deadlines")
        timer_table(page.deadlines, now)
    if page.task.draft_message_id is not None:
        section("draft")
        typer.echo(text_of(query.bodies([page.task.draft_message_id])[page.task.draft_message_id]))
    section("history")
    for event in page.history:
        told = [f"{name} {cell(event.data[name])}" for name in ("to", "priority", "by") if event.data.get(name)]
        typer.echo("  ".join([cell(event.at), event.name.removeprefix("task_"), *told]))
    section("what can be done")
    for step in page.next_steps:
        typer.echo(step)


def _print_task(task: TaskRow, now: datetime) -> None:
    shown = {"priority": priority(task), "due_at": due(task, now)}
    fields((name, shown.get(name, value)) for name, value in dataclasses.asdict(task).items())


def _print_message(query: Query, message: MessageRow) -> None:
    names = ("id", "state", "type", "topic", "sender_party", "receiver_party", "received_at", "msg_id", "thread")
    values = [(name, getattr(message, name)) for name in names]
    fields([*values, ("patient", _patient_of(query.bodies([message.id])[message.id]))])
    for finding in message.findings:
        typer.echo(f"{finding.get('rule')} {finding.get('severity')}  {finding.get('text')}")


def _patient_of(data: bytes) -> str | None:
    """Return the patient's name: this page is for the people who have the message, and must find the patient."""
    from adapter.errors import FormError
    from adapter.wire import read as read_message

    try:
        patient = read_message(data).patient
    except FormError:
        return None
    if patient is None:
        return None
    parts = (patient.given_name, patient.middle_name, patient.family_name)
    return patient.full_name or " ".join(part for part in parts if part) or None


def _next_steps(query: Query, task: TaskRow, message: MessageRow | None) -> Iterator[str]:
    """Yield the commands that may be right now."""
    if task.state == "done":
        yield f"budstikke tasks reopen {task.id}"
    elif task.draft_message_id is not None:
        yield from (f"budstikke drafts {verb} {task.draft_message_id}" for verb in ("edit", "approve", "discard"))
    if task.envelope_id is not None:
        yield from _steps_with_envelope(query, task.envelope_id)
    if message is not None:
        yield from _steps_with_message(query, message)
    if task.state == "open":
        yield f"budstikke tasks assign {task.id} NAME"
        yield f"budstikke tasks done {task.id} --note TEXT"


def _steps_with_message(query: Query, message: MessageRow) -> Iterator[str]:
    if message.state.can_be_released:
        yield f"budstikke messages release {message.id}"
    elif message.state is MessageState.QUARANTINED:
        yield f"budstikke messages retry {message.id}"
    for row in query.deliveries_of([message.id]):
        if row.state is DeliveryState.ABANDONED:
            yield f"budstikke deliveries retry {row.id}"
    yield f"budstikke messages show {message.id}"
    if message.thread is not None:
        yield f"budstikke threads show {message.thread}"


def _steps_with_envelope(query: Query, number: int) -> Iterator[str]:
    row = query.envelope(number)
    if row is not None and row.state is EnvelopeState.HELD:
        yield from (f"budstikke envelopes {verb} {number}" for verb in ("release", "reject"))
    if row is not None and row.state is EnvelopeState.ABANDONED:
        yield f"budstikke envelopes resend {number}"
    yield f"budstikke envelopes show {number}"
