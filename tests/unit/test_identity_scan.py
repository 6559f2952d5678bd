"""No file of this project holds an identity number that a living person can have."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.message.identity import IdentityNumber

ROOT = Path(__file__).parents[2]
FOLDERS = ("adapter", "benchmarks", "deploy", "docs", "fixtures", "schemas", "tests")
#: Numbers that are no synthetic person's, each with the reason why it may stand here.
ALLOWED = {
    "80005045804": "published example of an FH number, which no date of birth is in",
    "70019950032": "published example of a D-number, in tests of the algebra",
    "15507600333": "published example of NAV's Dolly numbers (month + 40)",
    "55507608360": "published example of NAV's Dolly numbers (month + 40), as a D-number",
    "02013299997": "published example of the rule from 2032: nobody has it before then",
    "30108299920": "published example of the rule from 2032: nobody has it before then",
    "30108299939": "published example of the rule from 2032: nobody has it before then",
}

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{6})[ .]?(\d{5})(?![0-9A-Za-z])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{4}\s*){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PDF_TEXT = re.compile(r"\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]+)>")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
    yield from (path for path in sorted(ROOT.iterdir()) if path.suffix in {".md", ".toml", ".txt", ".cfg"})


def real_numbers(data: bytes, name: str = "") -> set[str]:
    """Return the valid numbers in a file that are neither synthetic nor allowed."""
    return {
        number
        for text in (name, *texts(data))
        for number in map("".join, _NUMBER.findall(text))
        if number not in ALLOWED and IdentityNumber.of(number).is_valid and not IdentityNumber.of(number).is_synthetic
    }


def texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """Yield every text that can be read out of bytes: themselves, a PDF's pages, what is base64 inside."""
    text = data.decode(_MARKS.get(data[:3]) or _MARKS.get(data[:2]) or "latin-1", "replace")
    yield text
    if data.startswith(b"%PDF-"):
        yield from pdf_texts(data)
    if depth < 3:
        for found in _BASE64.finditer(text):
            yield from inside(found[0], depth + 1)


def inside(encoded: str, depth: int) -> Iterator[str]:
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except binascii.Error:
        return
    yield from texts(data, depth)


def pdf_texts(data: bytes) -> Iterator[str]:
    """Yield the words of a PDF, also where a page writes a number in pieces."""
    for stream in _STREAM.findall(data):
        try:
            page = zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            page = stream.decode("latin-1")
        pieces = [literal or hexadecimal(code) for literal, code in _PDF_TEXT.findall(page)]
        yield "".join(pieces)
        yield " ".join(pieces)


def hexadecimal(code: str) -> str:
    digits = "".join(code.split())
    return bytes.fromhex(digits + "0" * (len(digits) % 2)).decode("latin-1")


def test_no_file_holds_a_number_that_a_living_person_can_have() -> None:
    found = {
        path.relative_to(ROOT): len(numbers)
        for path in files()
        if (numbers := real_numbers(path.read_bytes(), path.name))
    }

    assert found == {}


def test_the_scan_covers_fixtures_specifications_and_tests() -> None:
    covered = {path.relative_to(ROOT).as_posix() for path in files()}

    assert {
        "fixtures/index.toml",
        "fixtures/messages/henvisning-1.1-komplett.xml",
        "fixtures/specs/attachments/funksjonsvurdering.pdf",
        "tests/unit/test_identity_scan.py",
        "README.md",
    } <= covered


@pytest.mark.parametrize("number", ["14838400052", "02917100171", "14688400016", "05898597468", *ALLOWED])
def test_synthetic_and_allowed_numbers_pass(number: str) -> None:
    assert real_numbers(number.encode()) == set()


#: A number with right check digits in the range of living persons, put together here so that this file holds none.
REAL = "13116" + "900" + "216"


def pdf(content: bytes) -> bytes:
    return b"%PDF-1.4\n4 0 obj\n<< >>\nstream\n" + content + b"\nendstream\nendobj\n"


@pytest.mark.parametrize(
    "data",
    [
        REAL.encode(),
        f"nummer {REAL[:6]} {REAL[6:]}.".encode(),
        f"<Id>{REAL}</Id>".encode("utf-16"),
        base64.encodebytes(b"Et vedlegg om pasienten " + REAL.encode() + b" med flere ord etter."),
        pdf(f"BT ({REAL}) Tj ET".encode()),
        pdf(zlib.compress(f"BT [({REAL[:4]}) -20 ({REAL[4:]})] TJ ET".encode())),
        pdf(f"BT <{REAL.encode().hex()}> Tj ET".encode()),
        b"<Base64Container>" + base64.b64encode(pdf(f"BT ({REAL}) Tj ET".encode())) + b"</Base64Container>",
    ],
    ids=["text", "blank", "utf-16", "base64", "pdf", "pdf-compressed", "pdf-hexadecimal", "pdf-in-base64"],
)
def test_a_real_number_is_found_wherever_it_hides(data: bytes) -> None:
    assert real_numbers(data) == {REAL}


def test_a_real_number_is_found_in_a_file_name() -> None:
    assert real_numbers(b"", f"{REAL}.xml") == {REAL}


def test_a_number_inside_a_longer_one_is_none() -> None:
    assert real_numbers(f"1{REAL} {REAL}1 a{REAL}".encode()) == set()
