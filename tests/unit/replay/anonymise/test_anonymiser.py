"""Everything that could tell of somebody is replaced, the same way everywhere, and everything else stays as it was."""

from __future__ import annotations

import base64
import os
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import traces
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.message.identity import IdentityNumber, Sex
from adapter.replay.anonymise import Anonymiser, Key, Protocol, names
from adapter.replay.anonymise.pseudonyms import NAV
from adapter.wire import read

KEY = Key(b"a key for tests, known to everybody")
STANDARDS = os.environ.get("BUDSTIKKE_STANDARDS")
Alone = Callable[[str | bytes], str]

HEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"


def msghead(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<MsgHead xmlns="{HEAD}"><MsgInfo>{inside}</MsgInfo></MsgHead>\n'


def text_of(name: str, message: str) -> list[str]:
    return re.findall(rf"<{name}[^>]*>([^<]*)</{name}>", message)


# --- Nothing is left ----------------------------------------------------------------------------------------------


def test_no_word_number_or_id_of_any_fixture_is_left_in_any_other(anonymised: Any) -> None:
    wanted = traces.of(anonymised.originals) - NAV

    left = {fixture.name: traces.left(wanted, fixture.data, fixture.name) for fixture in anonymised.fixtures}

    assert len(wanted) > 1000
    assert {name: words for name, words in left.items() if words} == {}


def test_no_fixture_holds_a_number_that_a_living_person_can_have(anonymised: Any) -> None:
    real_numbers = runpy.run_path(str(Path(__file__).parents[2] / "test_identity_scan.py"))["real_numbers"]

    assert [fixture.name for fixture in anonymised.fixtures if real_numbers(fixture.data, fixture.name)] == []


@pytest.mark.skipif(not STANDARDS, reason="BUDSTIKKE_STANDARDS names no comparison set")
def test_no_word_number_or_id_of_the_official_examples_is_left() -> None:
    messages = [path.read_bytes() for path in sorted(Path(STANDARDS or "").rglob("examples/**/*.xml"))]
    anonymiser = Anonymiser(messages, KEY, kept=())
    wanted = traces.of(messages)

    assert [traces.left(wanted, anonymiser.anonymise(data, Protocol())) for data in messages] == [set()] * len(messages)


def test_the_search_for_what_is_left_finds_it_in_base64_too() -> None:
    wanted = traces.of([msghead("<FamilyName>Uvanlignavnesen</FamilyName>").encode()])
    hidden = base64.b64encode(b"et brev om Uvanlignavnesen og alt som hendte")

    assert traces.left(wanted, b"<Content>" + hidden + b"</Content>") == {"uvanlignavnesen"}


LETTERS = st.characters(codec="latin-1", categories=("Ll", "Lu"))
WORDS = st.text(LETTERS, min_size=4, max_size=12)
TEXTS = st.lists(WORDS | st.from_regex(r"[0-9]{4,11}", fullmatch=True), min_size=1, max_size=8).map(" ".join)
PLACES = st.sampled_from(
    ["FamilyName", "GivenName", "OrganisationName", "Id", "City", "StreetAdr", "TekstNotatInnhold", "Ukjent", "Name"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PLACES, TEXTS), min_size=1, max_size=6), WORDS, WORDS)
def test_no_word_of_a_generated_message_is_left(values: list[tuple[str, str]], attribute: str, attached: str) -> None:
    content = base64.b64encode(f"Brev om {attached} til alle".encode()).decode()
    elements = "".join(f"<{name}>{text}</{name}>" for name, text in values)
    data = msghead(
        f'{elements}<Annet navn="{attribute}"><!-- {attribute} --></Annet><Base64Container>{content}</Base64Container>'
    ).encode()

    new = Anonymiser([data], KEY).anonymise(data, Protocol())

    assert traces.left(traces.of([data]), new) == set()


# --- The same everywhere ------------------------------------------------------------------------------------------


def test_a_person_has_one_name_and_number_in_all_messages_of_a_set() -> None:
    person = "<FamilyName>Blomst</FamilyName><GivenName>Vakker</GivenName><Id>14838400052</Id>"
    head = msghead(person)
    old = "<Message><Patient><Name>Blomst, Vakker</Name><OffId>14838400052</OffId></Patient></Message>"
    anonymiser = Anonymiser([head.encode(), old.encode()], KEY)

    new_head, new_old = (anonymiser.anonymise(data.encode(), Protocol()).decode() for data in (head, old))

    assert text_of("Name", new_old) == [f"{text_of('FamilyName', new_head)[0]}, {text_of('GivenName', new_head)[0]}"]
    assert text_of("OffId", new_old) == text_of("Id", new_head)


def test_threads_survive(anonymised: Any) -> None:
    """Whatever two originals named together, their fixtures name together."""
    pairs = set()
    for original, fixture in zip(anonymised.originals, anonymised.fixtures, strict=True):
        old = re.findall(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", original.lower())
        new = re.findall(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", fixture.data.lower())
        if len(old) == len(new):
            pairs.update(zip(old, new, strict=True))

    assert len(pairs) > 100
    assert len({old for old, _ in pairs}) == len(pairs) == len({new for _, new in pairs})


def test_the_same_key_gives_the_same_pseudonyms_in_a_later_run() -> None:
    data = msghead("<FamilyName>Blomst</FamilyName><Id>14838400052</Id><MsgId>x-1</MsgId>").encode()

    first, later = (Anonymiser([data], Key(b"k" * 16)).anonymise(data, Protocol()) for _ in range(2))

    assert first == later
    assert Anonymiser([data], Key.random()).anonymise(data, Protocol()) != first


def test_a_womans_given_name_becomes_a_womans(alone: Alone) -> None:
    woman, man = (
        text_of("GivenName", alone(msghead(f"<Patient><GivenName>Ola</GivenName><Id>{number}</Id></Patient>")))[0]
        for number in ("14838400052", "02917100171")
    )

    assert woman in names.WOMEN
    assert man in names.MEN


def test_a_code_for_sex_tells_where_no_number_does(alone: Alone) -> None:
    new = alone(msghead('<Patient><GivenName>Ola</GivenName><Sex V="2" DN="Kvinne"/></Patient>'))

    assert text_of("GivenName", new)[0] in names.WOMEN


def test_all_days_move_by_the_same_number_of_weeks() -> None:
    data = msghead(
        "<GenDate>2026-03-02T09:15:00.0000000+01:00</GenDate><A>2026-02-27</A><B>20260302</B><C>2.3.2026</C>"
    ).encode()
    anonymiser = Anonymiser([data], KEY)

    new = anonymiser.anonymise(data, Protocol()).decode()

    days = -anonymiser.offset.days
    assert days > 0
    assert days % 7 == 0
    moved = text_of("GenDate", new)[0]
    assert moved.endswith("T09:15:00.0000000+01:00")
    assert moved[:10].replace("-", "") == text_of("B", new)[0]


def test_a_number_of_the_operators_map_becomes_what_it_says() -> None:
    data = msghead("<Id>8990101</Id><Id>8990102</Id>").encode()

    new = Anonymiser([data], KEY, known={"8990101": "12345"}).anonymise(data, Protocol()).decode()

    assert text_of("Id", new)[0] == "12345"
    assert text_of("Id", new)[1] not in {"8990102", "12345"}


def test_navs_public_numbers_stay_unless_they_are_to_go() -> None:
    data = msghead("<Id>79768</Id><Id>889640782</Id>").encode()

    assert text_of("Id", Anonymiser([data], KEY).anonymise(data, Protocol()).decode()) == ["79768", "889640782"]
    assert "79768" not in Anonymiser([data], KEY, kept=()).anonymise(data, Protocol()).decode()


# --- What stays ---------------------------------------------------------------------------------------------------


def test_codes_and_structure_stay_byte_for_byte(alone: Alone) -> None:
    message = msghead(
        '<Type V="HENVISNING"  DN="Henvisning"/><MIGversion>v1.2 2006-05-24</MIGversion>\n\t'
        "<Sex V='2' DN='Kvinne'/><Concept V=\"L84\" S=\"2.16.578.1.12.4.1.1.7170\"></Concept>"
        "<MimeType>image/png</MimeType>"
    )

    assert alone(message) == message


@pytest.mark.parametrize(
    "value",
    ["Kari Nordmann", "KARI", "14838400052", "99000001", "kari"],
)
def test_what_is_no_code_does_not_stay_where_a_code_belongs(alone: Alone, value: str) -> None:
    assert value not in alone(msghead(f'<Concept V="{value}" S="{value}" DN="{value}" U="{value}"/>'))


def test_the_encoding_stays() -> None:
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><MsgHead><City>Bodø</City><Tekst>Ærlig talt – ja</Tekst></MsgHead>'
    )
    data = text.replace("–", "&#8211;").encode("iso-8859-1")

    new = Anonymiser([data], KEY).anonymise(data, Protocol())

    assert b"&#8211;" in new
    assert "Bodø".encode("iso-8859-1") not in new
    assert new.decode("iso-8859-1").startswith('<?xml version="1.0" encoding="ISO-8859-1"?>')


def test_remarks_go_and_lines_stay(alone: Alone) -> None:
    message = msghead("<!-- Kari\nNordmann --><?annet Kari?><FamilyName>Nord<!-- x -->mann</FamilyName>")

    new = alone(message)

    assert "Kari" not in new
    assert "<!--" not in new
    assert new.count("\n") == message.count("\n")
    assert text_of("FamilyName", new) != ["Nordmann"]


def test_a_signature_goes_and_its_lines_stay(alone: Alone) -> None:
    signature = (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n<ds:SignatureValue>QUJD\nREVG</ds:SignatureValue>'
        "<ds:KeyInfo><ds:X509Certificate/></ds:KeyInfo></ds:Signature>"
    )

    new = alone(msghead(f"<City/>{signature}<City/>"))

    assert "ignature" not in new
    assert "<City/>\n\n<City/>" in new


def test_an_unknown_namespace_is_replaced_and_a_known_one_stays(alone: Alone) -> None:
    new = alone('<a:MsgHead xmlns:a="urn:kari-nordmann" xmlns="http://www.kith.no/xmlstds/felleskomponent1"/>')

    assert "kari" not in new
    assert 'xmlns="http://www.kith.no/xmlstds/felleskomponent1"' in new


def test_what_a_document_type_declares_is_replaced(alone: Alone) -> None:
    new = alone('<!DOCTYPE a [ <!ENTITY x "Kari &y; Nordmann"> ]><MsgHead><City>&x;&aring;</City></MsgHead>')

    assert "Kari" not in new
    assert "&y;" in new
    assert "&x;&aring;" in new


def test_a_wreck_stays_a_wreck_and_tells_nothing(alone: Alone) -> None:
    new = alone("<MsgHead><FamilyName>Blomst</FamilyName><GivenName Vakker</GivenName></Annet><Id>14838400052")

    assert not {"Blomst", "Vakker", "14838400052"}.intersection(re.split(r"[<> /]", new))
    assert new.startswith("<MsgHead><FamilyName>")


def test_a_cdata_section_stays_one(alone: Alone) -> None:
    new = alone(msghead("<Tekst><![CDATA[Kari < Nordmann]]></Tekst>"))

    assert re.search(r"<!\[CDATA\[\w{4} < \w{8}\]\]>", new)
    assert "Kari" not in new


# --- Attachments --------------------------------------------------------------------------------------------------


def attached(alone: Alone, data: bytes) -> bytes:
    content = base64.b64encode(data).decode()
    (new,) = text_of("Base64Container", alone(msghead(f"<Base64Container>{content}</Base64Container>")))
    return base64.b64decode(new)


def test_a_message_inside_an_attachment_is_anonymised_too(alone: Alone) -> None:
    new = attached(alone, b"<MsgHead><Sex V='1'/><FamilyName>Blomst</FamilyName></MsgHead>")

    assert new.startswith(b"<MsgHead><Sex V='1'/><FamilyName>")
    assert b"Blomst" not in new


def test_an_attached_text_keeps_its_lines(alone: Alone) -> None:
    new = attached(alone, "Kjære Kari,\r\nvelkommen på fredag.".encode())

    assert re.fullmatch(r"\w{5} \w{4},\r\n\w{9} \w\w \w{6}\.", new.decode())


@pytest.mark.parametrize("data", [b"\0\1\2\3 Kari Nordmann", b"PK\3\4 Kari Nordmann"])
def test_of_unknown_bytes_the_first_four_are_left(alone: Alone, data: bytes) -> None:
    assert attached(alone, data) == data[:4] + bytes(len(data) - 4)


def test_the_lines_of_base64_stay_where_the_length_does(alone: Alone) -> None:
    content = base64.encodebytes(b"%PDF-1.4\n" + b"Kari Nordmann " * 100).decode()

    (new,) = text_of("Base64Container", alone(msghead(f"<Base64Container>{content}</Base64Container>")))

    assert [len(line) for line in new.splitlines()] == [len(line) for line in content.splitlines()]


def test_what_is_no_base64_stays_none(alone: Alone) -> None:
    (new,) = text_of("Base64Container", alone(msghead("<Base64Container>Kari!Nordmann</Base64Container>")))

    assert re.fullmatch(r"\w{4}!\w{8}", new)
    assert "Kari" not in new


def test_an_empty_attachment_stays_empty(alone: Alone) -> None:
    message = msghead("<Base64Container> \n </Base64Container><Base64Container>====</Base64Container>")

    assert alone(message) == message


def test_bytes_are_found_wherever_they_stand(alone: Alone) -> None:
    content = base64.b64encode(b"%PDF-1.4 of Kari Nordmann and nobody else").decode()

    (new,) = text_of("Annet", alone(msghead(f"<Annet>{content}</Annet>")))

    assert base64.b64decode(new).startswith(b"%PDF-1.4")
    assert content[20:] not in new


def test_a_lying_type_keeps_lying(anonymised: Any) -> None:
    def types(data: bytes) -> list[tuple[str | None, bytes]]:
        documents = read(data).documents
        return [
            (one.mime_type, item.decode()[:4]) for one in documents for item in one.content or () if _is_bytes(item)
        ]

    place = anonymised.names.index("henvisning-1.1-vedlegg-lyver-om-type.xml")

    assert types(anonymised.fixtures[place].data)[0][0] == "application/pdf"
    assert not types(anonymised.fixtures[place].data)[0][1].startswith(b"%PDF")


def _is_bytes(item: object) -> bool:
    return hasattr(item, "decode")


def test_sex_and_age_of_a_number_are_those_of_the_old_one(alone: Alone) -> None:
    real = "13116" + "900" + "216"

    new = IdentityNumber.of(text_of("Id", alone(msghead(f"<Id>{real}</Id>")))[0])

    assert new.is_synthetic
    assert new.sex is Sex.FEMALE
    assert new.date_of_birth is not None
    assert new.date_of_birth.year == 1969


# --- One kind of value after the other ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<TeleAddress V="tel:+4799123456"/>', r'<TeleAddress V="tel:\+47[1-9]{8}"/>'),
        ('<TeleAddress V="mailto:ola@bakken.invalid"/>', r'<TeleAddress V="mailto:[a-z]{3}@eksempel.example"/>'),
        ("<Merknad>ola@bakken.invalid</Merknad>", r"<Merknad>[a-z]{3}@eksempel\.example</Merknad>"),
        (
            "<MimeType>application/pdf; name=Ola.pdf</MimeType>",
            r"<MimeType>application/pdf; \w{4}=[A-Z]\w\w.pdf</MimeType>",
        ),
        ("<MimeType>Ola Nordmann</MimeType>", r"<MimeType>[A-Z]\w\w [A-Z]\w{7}</MimeType>"),
        ('<DateOfBirth V="ukjent dag"/>', r'<DateOfBirth V="\w{6} \w{3}"/>'),
        ("<FodselsarMindrearigParorende>2010</FodselsarMindrearigParorende>", r"<(\w+)>200[789]</\1>"),
        ('<County V="5503" DN="Harstad"/>', r'<County V="\d{4}" DN="[A-Z]\w{6}"/>'),
        ('<UnitDose V="500" U="mg"/>', r'<UnitDose V="500" U="mg"/>'),
        ("<MsgId>syfomock-abc1</MsgId>", r"<MsgId>syfomock-[a-z]{3}\d</MsgId>"),
        ("<Sykmeldingsgrad>50</Sykmeldingsgrad>", r"<Sykmeldingsgrad>50</Sykmeldingsgrad>"),
        (
            '<a xmlns:x="" x:schemaLocation="http://www.kith.no/xmlstds/a C:\\Ola\\a.xsd"/>',
            r".*/a [A-Z]:\\\w{3}\\\w\.\w{3}\"/>",
        ),
        ('<a xml:lang="nb" lang="nb"/>', r'<a xml:lang="nb" lang="(?!nb)\w\w"/>'),
        ('<a xml:type="xsd:string" xml:space="Ola"/>', r'<a xml:type="xsd:string" xml:space="(?!Ola)\w{3}"/>'),
        ("<FamilyName>Berg &amp; Dal</FamilyName>", r"<FamilyName>\w+ &amp; \w+</FamilyName>"),
        ("<Tekst>Ola &#x26; Kari &quot;</Tekst>", r"<Tekst>\w{3} &#x26; \w{4} &quot;</Tekst>"),
    ],
)
def test_a_value_becomes_one_of_its_kind(alone: Alone, old: str, new: str) -> None:
    found = alone(msghead(old)).split("<MsgInfo>")[1].split("</MsgInfo>")[0]

    assert re.fullmatch(new, found)
    assert "Ola" not in found


def test_a_comment_that_is_a_mistake_stays_one(alone: Alone) -> None:
    assert "<!-- -- -->" in alone(msghead("<!-- Kari -- Nordmann -->"))


def test_bytes_that_are_wrong_in_their_encoding_stay_wrong() -> None:
    data = '<?xml version="1.0" encoding="UTF-8"?><MsgHead><Tekst>Blåbærtur</Tekst></MsgHead>'.encode("latin-1")

    new = Anonymiser([data], KEY).anonymise(data, Protocol())

    assert re.search(rb"<Tekst>[A-Z]\w\xe5\w\xe6\w{4}</Tekst>", new)


def test_the_same_word_broken_out_of_a_tag_does_not_stay(alone: Alone) -> None:
    new = alone('<MsgHead><Patient Kari Nordmann><Id a="x"b="Kari"></MsgHead>')

    assert "Kari" not in new
    assert "Nordmann" not in new
