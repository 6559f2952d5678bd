"""What must be true of the mails after a demo of ebXML: three stores held against each other, and every mail looked at.

What one sent, another must have opened once; each message must be acknowledged once; and nobody on the way could read
anything of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email import message_from_bytes
from typing import Final

from adapter.errors import FormError
from adapter.message.state import EnvelopeState
from adapter.simulate.verdict import Check, counted
from adapter.store.query import Query
from adapter.store.rows import EnvelopeFilter, EnvelopeRow
from adapter.values import value_class
from adapter.wire import read

_EVERYTHING: Final = 100_000
#: In every message, whatever it is about, and in no envelope.
_MARKS: Final = ("MsgHead", "<AppRec", ":AppRec")
#: Something shorter stands by chance in what is encrypted.
_LONG_ENOUGH: Final = 8
_TAKEN: Final = frozenset({EnvelopeState.OPENED, EnvelopeState.SIGNAL, EnvelopeState.DUPLICATE})


@value_class
class Post:
    """The envelopes of one store."""

    #: Messages that went out.
    sent: tuple[EnvelopeRow, ...]
    #: Acknowledgments and errors that went out.
    signals: tuple[EnvelopeRow, ...]
    came: tuple[EnvelopeRow, ...]
    #: How often each that was sent became acknowledged: by an Acknowledgment, or by the receipt that overtook it.
    heard: Mapping[int, int]
    #: All mails, as they came and went.
    mails: tuple[bytes, ...]
    #: Names and numbers of the patients that the messages are about.
    secrets: frozenset[str]


def post_of(query: Query) -> Post:
    """Read the envelopes of a store."""
    rows = query.envelopes(limit=_EVERYTHING)
    out = [row for row in rows if row.direction == "out"]
    sent = tuple(row for row in out if row.delivery_id is not None)
    return Post(
        sent=sent,
        signals=tuple(row for row in out if row.delivery_id is None),
        came=tuple(row for row in rows if row.direction == "in"),
        heard={row.id: _times_acknowledged(query, row) for row in sent},
        mails=tuple(query.envelope_bodies([row.id for row in rows]).values()),
        secrets=frozenset(_secrets(query)),
    )


def is_settled(query: Query) -> bool:
    """Tell whether everything that went out is acknowledged, and everything that came in is opened."""
    unsettled = (EnvelopeState.RECEIVED, EnvelopeState.QUEUED, EnvelopeState.SENDING)
    wanted = (EnvelopeFilter(pending=True), *(EnvelopeFilter(state=state) for state in unsettled))
    return not any(query.envelopes(one, limit=1) for one in wanted)


def judge_post(posts: Iterable[Post]) -> tuple[Check, ...]:
    """Return what must be true of all envelopes between stores that write to each other only."""
    posts = tuple(posts)
    sent = [row for post in posts for row in post.sent]
    came = [row for post in posts for row in post.came]
    is_heard = all(row.state is EnvelopeState.ACKNOWLEDGED for row in sent)
    is_heard_once = all(post.heard.get(row.id) == 1 for post in posts for row in post.sent)
    opened = Counter(row.message_id for row in came if row.state is EnvelopeState.OPENED)
    doubles = sum(row.state is EnvelopeState.DUPLICATE for row in came)
    again = f"; {counted(doubles, 'mail')} came twice and changed nothing" if doubles else ""
    is_taken = all(row.state in _TAKEN for row in came)
    is_answered = all(row.state is EnvelopeState.SENT for post in posts for row in post.signals)
    return (
        Check(
            text=f"{counted(len(sent), 'message')} went as ebXML, and each was acknowledged once",
            is_true=bool(sent) and is_heard and is_heard_once,
        ),
        Check(
            text=f"each was opened once, by its receiver{again}",
            is_true=opened == Counter(row.message_id for row in sent),
        ),
        Check(text="nothing is pending, and nothing was refused", is_true=is_taken and is_answered),
        _unreadable(posts),
    )


def readable(mail: bytes, secrets: Iterable[str]) -> bool:
    """Tell whether anything of a message can be read in a mail, by who decodes its parts but has no key."""
    parts = [mail, *(part.get_payload(decode=True) or b"" for part in message_from_bytes(mail).walk())]
    wanted = [text.encode(coding) for text in (*_MARKS, *secrets) for coding in ("utf-8", "iso-8859-1", "utf-16-le")]
    return any(text in part for part in parts if isinstance(part, bytes) for text in wanted)


def _unreadable(posts: Sequence[Post]) -> Check:
    mails = {mail for post in posts for mail in post.mails}
    secrets = {secret for post in posts for secret in post.secrets}
    passed = counted(sum(len(post.came) for post in posts), "mail")
    text = f"{passed} passed the mail server, and none of them tells of a patient or a message"
    return Check(text=text, is_true=bool(mails and secrets) and not any(readable(mail, secrets) for mail in mails))


def _times_acknowledged(query: Query, row: EnvelopeRow) -> int:
    return sum(event.name == f"envelope_{EnvelopeState.ACKNOWLEDGED}" for event in query.envelope_events(row))


def _secrets(query: Query) -> Iterator[str]:
    numbers = [row.id for row in query.messages(limit=_EVERYTHING)]
    for data in query.bodies(numbers).values():
        try:
            patient = read(data).patient
        except FormError:
            continue
        if patient is not None:
            texts = (patient.name, *(number.value for number in patient.identifiers))
            yield from (text for text in texts if text and len(text) >= _LONG_ENOUGH)
