"""What is left of bytes that are no XML: enough for a receipt, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapter.message import Envelope, Kind
from adapter.wire import Rescued, read, rescue

MSG_ID = "8f0c1ad5-1bb5-4d8e-9f0e-6f1c0d5a0004"


def organisation(name: str, her_id: str, inner: str = "") -> str:
    number = f'<Ident><Id>{her_id}</Id><TypeId V="HER" S="2.16.578.1.12.4.1.1.9051"/></Ident>'
    return f"<Organisation><OrganisationName>{name}</OrganisationName>{number}{inner}</Organisation>"


WHOLE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"><MsgInfo>'
    '<Type V="DIALOG_NOTAT" DN="Notat"/><MIGversion>v1.2 2006-05-24</MIGversion>'
    f"<GenDate>2026-11-20T12:00:00</GenDate><MsgId>{MSG_ID}</MsgId>"
    f"<Sender>{organisation('Toppen', '8990200')}</Sender>"
    f"<Receiver>{organisation('Klinikken', '8990100', organisation('Poliklinikk', '8990101'))}</Receiver>"
    "</MsgInfo><Document><RefDoc><MsgType V='XML'/><Content>"
    '<Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2006-10-11"><Notat><Tema>Blåbær</Tema></Notat></Dialogmelding>'
    "</Content></RefDoc></Document></MsgHead>"
)


def utf_8(change: Callable[[str], str]) -> bytes:
    return change(WHOLE).encode()


@pytest.mark.parametrize(
    "data",
    [
        utf_8(lambda text: text[:-30]),
        utf_8(lambda text: text.replace("</Notat>", "")),
        utf_8(lambda text: text.replace("Blåbær", "Blå & bær")),
        utf_8(lambda text: text.replace("Blåbær", "Blå < bær")),
        utf_8(lambda text: text.replace("Blåbær", "Blå\x00bær")),
        utf_8(lambda text: text.replace("Toppen", "Topp&en;")),
        utf_8(lambda text: text.replace("UTF-8", "klingon")),
        utf_8(lambda text: text.replace("UTF-8", "undefined")),
        utf_8(lambda text: text.replace("UTF-8", "UTF-16")[:-30]),
        WHOLE.replace("UTF-8", "ISO-8859-1")[:-30].encode("iso-8859-1"),
        utf_8(lambda text: text + "rest"),
        utf_8(lambda text: text.replace("<MsgHead ", '<!DOCTYPE MsgHead [<!ENTITY a "b">]><MsgHead ')),
        WHOLE.encode("iso-8859-1"),
        WHOLE.replace("UTF-8", "UTF-16").encode("utf-16")[:-50],
        b"\xef\xbb\xbf" + utf_8(lambda text: text[:-30]),
    ],
)
def test_a_broken_message_still_says_who_sent_it(data: bytes) -> None:
    """The head is whole far more often than the body."""
    rescued = rescue(data)

    assert rescued is not None
    assert (rescued.msg_id, rescued.type, rescued.sender.her_id) == (MSG_ID, "DIALOG_NOTAT", "8990200")
    assert rescued.receiver is not None
    assert rescued.receiver.her_ids() == ("8990100", "8990101")
    assert (rescued.envelope, rescued.kind, rescued.version) == (Envelope.HODEMELDING, Kind.DIALOGMELDING, "1.0")


def test_a_message_cut_off_in_its_head_says_what_it_can() -> None:
    """The payload is not known then, nor the receiver."""
    rescued = rescue(WHOLE[: WHOLE.index("<Receiver>")].encode())

    assert rescued is not None
    assert (rescued.kind, rescued.version, rescued.receiver) == (Kind.OTHER, None, None)
    assert rescued.generated is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1f\x8b\x08\x00binary",
        b"plain words",
        WHOLE[: WHOLE.index("<MsgId>")].encode(),
        WHOLE[: WHOLE.index("<Sender>")].encode(),
        WHOLE.replace("8990200", "").encode(),
        WHOLE.replace(MSG_ID, " ").encode(),
    ],
)
def test_without_id_or_sender_there_is_nothing_to_answer(data: bytes) -> None:
    """A receipt has to refer to something, and to go somewhere."""
    assert rescue(data) is None


def test_a_rescued_referral_of_1_0_has_its_document_id() -> None:
    """A receipt for it refers to that id."""
    hcp = "<HCP><Inst><Id>8990200</Id><TypeId V='HER'/></Inst></HCP>"
    data = (
        '<Message xmlns="http://www.kith.no/xmlstds/henvisning/2005-07-08"><Type V="H"/>'
        f"<MsgId>{MSG_ID}</MsgId><ServReq><Id>doc</Id><Requester>{hcp}</Requester><Diagnosis></ServReq>"
    ).encode()

    assert rescue(data) == Rescued(
        envelope=Envelope.MESSAGE,
        kind=Kind.HENVISNING,
        version="1.0",
        type="HENVISNING",
        generated=None,
        msg_id=MSG_ID,
        document_id="doc",
        sender=rescued_sender(data),
        receiver=None,
    )


def rescued_sender(data: bytes) -> object:
    """Return the sender as a whole message would have it."""
    return read(data.replace(b"<Diagnosis>", b"") + b"</Message>").sender


def test_whole_messages_can_be_rescued_too() -> None:
    """A message that is refused for its DOCTYPE is well-formed otherwise."""
    assert rescue(WHOLE.encode()) is not None


def test_only_the_beginning_is_looked_at() -> None:
    """A broken attachment of 50 MB costs no more than a small one."""
    assert rescue(WHOLE.encode() + b"<" * 2_000_000) is not None


@pytest.mark.parametrize("prefix", ["po:", "po::", ":"])
def test_a_prefix_that_is_declared_nowhere_hides_nothing(prefix: str) -> None:
    broken = WHOLE.replace("<Notat>", f"<{prefix}Notat>").replace("</Notat>", f"</{prefix}Notat>")
    in_front = WHOLE.replace("<MsgId>", f"<{prefix}MsgId>").replace("</MsgId>", f"</{prefix}MsgId>")

    for data in (broken, in_front, WHOLE.replace("<Dialogmelding ", f"<{prefix}- ")):
        rescued = rescue(data.encode())
        assert rescued is not None
        assert rescued.msg_id == MSG_ID


def test_an_element_with_more_attributes_than_any_is_passed_by() -> None:
    wide = " ".join(f'a{number}="1"' for number in range(201))

    rescued = rescue(WHOLE.replace("<Notat>", f"<Notat {wide}>").replace("</MsgHead>", "").encode())

    assert rescued is not None
    assert rescued.msg_id == MSG_ID


@pytest.mark.parametrize(
    "namespace", ["a}b", "{", "a}b}", "a}\x01b", "a\x7fb", "http://www.kith.no}/xmlstds/apprec/2004-11-21"]
)
def test_a_namespace_that_is_no_address_hides_nothing(namespace: str) -> None:
    below = WHOLE.replace("<Notat>", f"<Notat xmlns='{namespace}'>")
    whole = WHOLE.replace("http://www.kith.no/xmlstds/msghead/2006-05-24", namespace)

    for data in (below, whole):
        rescued = rescue(data.encode())
        assert rescued is not None
        assert rescued.msg_id == MSG_ID
