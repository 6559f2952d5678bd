from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter import resources
from adapter.errors import FormError
from adapter.message.message import ConversationRef, Message
from adapter.simulate.compose import compose, with_question

Example = Callable[..., Message]

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@pytest.fixture
def new_id() -> Callable[[], str]:
    """Return ids that can be told apart."""
    numbers = itertools.count(1)
    return lambda: f"id-{next(numbers)}"


def test_an_example_is_sent_as_if_written_now(messages: Path, new_id: Callable[[], str]) -> None:
    path = messages / "henvisning-1.1-komplett.xml"
    first, second = (compose(path, now=NOW, new_id=new_id) for _ in range(2))

    assert first.generated is not None
    assert first.generated.instant == NOW
    assert {first.msg_id, second.msg_id, first.document_id, second.document_id} == {"id-1", "id-2", "id-3", "id-4"}
    assert len(first.attachments) == len(compose(path, now=NOW, new_id=new_id).attachments)


def test_a_specification_is_written_too(new_id: Callable[[], str]) -> None:
    made = compose(resources.fixtures() / "specs" / "henvisning-1.1.toml", now=NOW, new_id=new_id)

    assert made.type_code == "HENVISNING"
    assert made.document_id != made.msg_id


def test_references_replace_those_of_the_example(messages: Path, new_id: Callable[[], str]) -> None:
    path = messages / "dialogmelding-1.1-status-2.xml"
    about = ConversationRef(parent="a", conversation="b")

    assert compose(path, about=about, now=NOW, new_id=new_id).conversation == about
    assert compose(path, now=NOW, new_id=new_id).conversation not in {about, None}


def test_document_ids_of_a_dialogue_are_new_where_there_are_any(messages: Path, new_id: Callable[[], str]) -> None:
    asked = compose(messages / "dialogmelding-1.0-foresporsel.xml", now=NOW, new_id=new_id)
    without = compose(messages / "dialogmelding-1.1-status-2.xml", now=NOW, new_id=new_id)

    assert asked.document_id is not None
    assert asked.document_id.startswith("id-")
    assert without.document_id is None


def test_an_answer_carries_the_question_it_answers(example: Example) -> None:
    asked, answer = example("dialogmelding-1.0-foresporsel"), example("dialogmelding-1.0-svar")
    carried = with_question(answer, asked)

    assert asked.dialogmelding is not None
    assert carried.dialogmelding is not None
    assert carried.dialogmelding.notater[0].foresporsel == asked.dialogmelding.foresporsler[0]
    assert len(carried.documents) == len(answer.documents)


def test_an_answer_to_a_note_stays_as_it_is(example: Example) -> None:
    answer = example("dialogmelding-1.1-helsefaglig-svar")

    assert with_question(answer, example("dialogmelding-1.1-helsefaglig-sporsmal")) == answer


def test_a_file_that_is_no_message_is_told(tmp_path: Path, new_id: Callable[[], str]) -> None:
    path = tmp_path / "scan.xml"
    path.write_bytes(b"%PDF-1.7")

    with pytest.raises(FormError):
        compose(path, now=NOW, new_id=new_id)
