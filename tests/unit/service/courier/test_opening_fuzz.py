"""Whatever becomes of a mail on its way: it is opened as it was sent, or not at all, and never stops the next one."""

from __future__ import annotations

from functools import cache

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mails import REFERRAL, mailed, standards
from pki import NOW

from adapter.envelope import package
from adapter.message.state import EnvelopeState
from adapter.service.courier.opening import open_mail

_ENDS = {EnvelopeState.OPENED, EnvelopeState.REFUSED, EnvelopeState.HELD, EnvelopeState.UNREADABLE}


@cache
def mail() -> bytes:
    return mailed(packing=("mime", "gzip"))


@cache
def plain() -> bytes:
    """Return the mail with its envelope as text: more of it can be changed so that it still can be read."""
    found = package.read(mail())
    soap, (part,) = found.soap, found.attachments
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/xml"; boundary="b"\r\n\r\n--b\r\n'
    envelope = b"Content-Type: text/xml\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + soap
    address = f"\r\n--b\r\nContent-Type: application/pkcs7-mime\r\nContent-ID: <{part.headers.content_id}>\r\n"
    content = address.encode() + b"Content-Transfer-Encoding: binary\r\n\r\n" + part.octets
    return head + envelope + content + b"\r\n--b--\r\n"


def test_the_mails_that_are_changed_here_are_right_ones() -> None:
    assert open_mail(plain(), standards(), at=NOW).document == REFERRAL


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    is_plain=st.booleans(),
    place=st.floats(0, 1, exclude_max=True),
    length=st.integers(0, 40),
    put=st.binary(max_size=40),
)
@example(is_plain=True, place=0.0, length=0, put=b"\0")
def test_what_was_changed_is_opened_as_it_was_or_not_at_all(
    *, is_plain: bool, place: float, length: int, put: bytes
) -> None:
    data = plain() if is_plain else mail()
    at = int(place * len(data))

    said = open_mail(data[:at] + put + data[at + length :], standards(), at=NOW)

    assert said.state in _ENDS
    assert said.document in {None, REFERRAL}
    assert (said.document is None) == (said.state is not EnvelopeState.OPENED)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_something_or_nothing(data: bytes) -> None:
    assert open_mail(data, standards(), at=NOW).state in {EnvelopeState.UNREADABLE, EnvelopeState.REFUSED}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_content_is_a_document_or_cannot_be_decrypted(content: bytes) -> None:
    said = open_mail(mailed(content), standards(), at=NOW)

    assert said.state in {EnvelopeState.OPENED, EnvelopeState.REFUSED}
