"""An ebXML message is told from every other file by its beginning."""

from __future__ import annotations

import envelopes
import pytest

from adapter import resources
from adapter.envelope.sniff import is_ebxml, is_package


@pytest.mark.parametrize(
    "data",
    [
        envelopes.sent(),
        envelopes.receipt(),
        b"--x\nContent-Type: text/xml\n\n<a/>\n--x--",
        b"\xef\xbb\xbf" + envelopes.sent(),
        b"From fastlege@testedi.nhn.no Mon Mar  2 09:00:00 2026\r\n" + envelopes.sent(),
        b"MIME\xadVersion: 1.0\nContent-Type: text/xml\n\n<a/>",
        f'\xef\xbb\xbf<?xml version="1.0"?><!-- - --> <SOAP:Envelope xmlns:SOAP="{envelopes.SOAP}"/>'.encode("latin-1"),
        f'<Envelope xmlns="{envelopes.SOAP}"/>'.encode(),
    ],
)
def test_ebxml_is_known(data: bytes) -> None:
    assert is_ebxml(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Hei: du",
        b"From what I know: nothing.\nNo head",
        b"<MsgHead/>",
        '<?xml version="1.0"?><a b="Envelope"/>'.encode("utf-16"),
        b"\x00" * 99,
    ],
)
def test_other_files_are_not(data: bytes) -> None:
    assert not is_ebxml(data)


def test_no_message_of_the_fixtures_is_taken_for_one() -> None:
    files = sorted((resources.fixtures() / "messages").glob("*.xml"))

    assert files
    assert not [file.name for file in files if is_ebxml(file.read_bytes())]


def test_an_envelope_alone_is_no_package() -> None:
    assert not is_package(b"<SOAP:Envelope>\nContent-Type: x")
