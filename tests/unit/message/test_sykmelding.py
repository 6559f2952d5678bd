"""What a sick note tells NAV and asks of it, without what is kept from it."""

from __future__ import annotations

import pytest

from adapter.message import Audience, Code, Sykmelding
from adapter.message.sykmelding import QuestionAnswer, QuestionGroup

OPEN = QuestionAnswer(id="6.3.1", text="Alle")
NOT_EMPLOYER = QuestionAnswer(id="6.3.2", restrictions=(Code("A"),), text="Ikke arbeidsgiver")
NOT_NAV = QuestionAnswer(id="6.4.1", restrictions=(Code("P"), Code(" n ")), text="Verken pasient eller NAV")
ANSWERED = Sykmelding(
    questions=(QuestionGroup(id="6.3", answers=(OPEN, NOT_EMPLOYER)), QuestionGroup(id="6.4", answers=(NOT_NAV,)))
)


@pytest.mark.parametrize(
    ("audience", "answers"),
    [
        (Audience.NAV, (OPEN, NOT_EMPLOYER)),
        (Audience.EMPLOYER, (OPEN, NOT_NAV)),
        (Audience.PATIENT, (OPEN, NOT_EMPLOYER)),
    ],
)
def test_nobody_sees_an_answer_that_is_kept_from_them(audience: Audience, answers: tuple[QuestionAnswer, ...]) -> None:
    """List 8134: A not the employer, N not NAV, P not the patient."""
    assert ANSWERED.answers_for(audience) == answers


def test_nav_is_told_no_answer_that_is_kept_from_it() -> None:
    """Whatever else the note says."""
    assert ANSWERED.to_nav().answers == (OPEN, NOT_EMPLOYER)


@pytest.mark.parametrize(
    ("note", "is_urgent", "asks"),
    [
        (Sykmelding(), False, False),
        (Sykmelding(needs_nav_now="true"), True, True),
        (Sykmelding(needs_nav_now="1"), True, True),
        (Sykmelding(needs_nav_now="false"), False, False),
        (Sykmelding(nav_help="Møte"), False, True),
        (Sykmelding(rules="3", nav_help="Møte"), True, True),
        (Sykmelding(rules="3", nav_help="  "), False, False),
        (Sykmelding(nav_measures="Kurs"), False, True),
        (Sykmelding(other_measures="Opphold"), False, True),
        (Sykmelding(workplace_measures="Bord", employer_message="Hei"), False, False),
    ],
)
def test_nav_is_asked_by_a_tick_or_by_words_meant_for_it(note: Sykmelding, *, is_urgent: bool, asks: bool) -> None:
    """From rule set 3 on, words about help are the tick; what the employer is told asks nothing of NAV."""
    told = note.to_nav()

    assert (told.is_urgent, told.asks) == (is_urgent, asks)
