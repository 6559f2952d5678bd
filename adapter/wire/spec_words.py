"""The convenient words of specifications: what an author may write instead of the plain fields.

A word is rewritten into plain fields before the table is read, so that there is one way to read a table.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from adapter.message import (
    Base64Data,
    Dialogmelding,
    Document,
    Epikrise,
    FreeText,
    HealthcareProfessional,
    Henvisning,
    Identifier,
    Message,
    Organisation,
    Party,
    Patient,
    Person,
    Quantity,
    Telecom,
)
from adapter.message.epikrise import AnsweredReferral, CareEvent, ClinicalFact
from adapter.message.henvisning import Diagnosis, InformationItem
from adapter.wire.spec_defaults import (
    complete_answered,
    complete_dialogue,
    complete_event,
    complete_head,
    complete_letter,
    complete_referral,
    payload_document,
)
from adapter.wire.spec_lists import list_of
from adapter.wire.spec_read import At, Reader, Table, Words

_MIME_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
    ".xml": "text/xml",
}
_COORDINATION_DIGIT, _HELP_DIGIT = "4", "8"
_HER_ID = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


def _put(table: Table, key: str, value: object, path: str, reader: Reader) -> None:
    """Set a plain field that a word stands for; saying both is a mistake."""
    if key in table:
        reader.mistake(path, f"{key} is given twice, by itself and by a word that stands for it")
    table[key] = value


def _prepend(table: Table, key: str, values: Sequence[object]) -> None:
    if values:
        table[key] = [*values, *table.get(key, ())]


def _text(table: Table, word: str, path: str, reader: Reader) -> str:
    """Take the text of a word out of a table."""
    return reader.word(table.pop(word), f"{path}.{word}")


def _texts(table: Table, word: str, path: str, reader: Reader) -> list[str]:
    """Take the texts of a word out of a table that need not have it; one text is as good as a list of one."""
    if not isinstance(table.get(word), list | tuple):
        return [_text(table, word, path, reader)] if word in table else []
    return [reader.word(item, f"{path}.{word}[{index}]") for index, item in enumerate(table.pop(word))]


def _telecoms(table: Table, path: str, reader: Reader) -> list[dict[str, str]]:
    """Take the words phone and email out of a table."""
    phones = _texts(table, "phone", path, reader)
    mails = _texts(table, "email", path, reader)
    return [{"address": f"tel:{''.join(phone.split())}"} for phone in phones] + [
        {"address": f"mailto:{mail}"} for mail in mails
    ]


def _identifier(reader: Reader, list_number: str, kind: str, value: str) -> Table:
    return {"value": value, "kind": reader.code(list_number, kind)}


def national_kind(number: str) -> str:
    """Return the code of list 8116 for a Norwegian identity number: FNR, DNR (day + 40) or FHN (first digit 8, 9)."""
    if number[:1] >= _HELP_DIGIT:
        return "FHN"
    return "DNR" if number[:1] >= _COORDINATION_DIGIT else "FNR"


def _identifying(table: Table, word: str, path: str, reader: Reader) -> str:
    """Take a number that identifies out of a table; a HER-id of anything but digits is nobody's address."""
    known = len(reader.mistakes)
    value = _text(table, word, path, reader)
    is_number = word != "her_id" or _HER_ID.fullmatch(value)
    if not is_number and len(reader.mistakes) == known:
        reader.mistake(f"{path}.{word}", "expected a HER-id: digits only, such as 8990201")
    return value


def _person_identifiers(table: Table, path: str, reader: Reader) -> list[object]:
    found: list[object] = []
    for word, kind in (("identity_number", ""), ("her_id", "HER"), ("hpr", "HPR")):
        if word in table:
            value = _identifying(table, word, path, reader)
            found.append(_identifier(reader, "8116", kind or national_kind(value), value))
    return found


def _split_name(whole: str) -> tuple[str, str]:
    """Return given and family name of "Vakker Blomst" or "Blomst, Vakker"."""
    if "," in whole:
        family, _, given = whole.partition(",")
    else:
        given, _, family = whole.rpartition(" ")
    return given.strip(), family.strip()


def _person(table: Table, path: str, reader: Reader) -> None:
    """Expand a person; Henvisning 1.0 writes the whole name of relatives too."""
    if reader.kind == "henvisning 1.0" and "name" in table:
        _put(table, "full_name", _text(table, "name", path, reader), path, reader)
    _prepend(table, "identifiers", _person_identifiers(table, path, reader))
    telecoms = _telecoms(table, path, reader)
    _prepend(table, "telecoms", telecoms)
    if "name" in table:
        given, family = _split_name(_text(table, "name", path, reader))
        _put(table, "family_name", family, path, reader)
        if given:
            _put(table, "given_name", given, path, reader)


def _professional(table: Table, path: str, reader: Reader) -> None:
    """Expand a professional; Henvisning 1.x and AppRec write the whole name."""
    if reader.is_flat and "name" in table:
        _put(table, "full_name", _text(table, "name", path, reader), path, reader)
    _person(table, path, reader)


def _patient(table: Table, path: str, reader: Reader) -> None:
    """Expand a patient; Henvisning 1.x writes "Family, Given" and keeps phone numbers inside the address."""
    if reader.is_flat:
        if "name" in table:
            given, family = _split_name(_text(table, "name", path, reader))
            _put(table, "full_name", f"{family}, {given}" if given else family, path, reader)
        _into_address(table, _telecoms(table, path, reader), "H", reader)
    _person(table, path, reader)


def _into_address(table: Table, telecoms: Sequence[object], kind: str, reader: Reader) -> None:
    """Put phone numbers into the address, which Henvisning 1.x and AppRec demand a kind of."""
    if not telecoms and not (isinstance(table.get("address"), dict) and not reader.is_complete):
        return
    address = dict(table.get("address") or {})
    address.setdefault("kind", reader.code("3401", kind))
    _prepend(address, "telecoms", telecoms)
    table["address"] = address


def _organisation(table: Table, path: str, reader: Reader) -> None:
    found: list[object] = []
    for word, kind in (("her_id", "HER"), ("organisation_number", "ENH")):
        if word in table:
            found.append(_identifier(reader, "9051", kind, _identifying(table, word, path, reader)))
    _prepend(table, "identifiers", found)
    _prepend(table, "telecoms", _telecoms(table, path, reader))
    for word, key in (("unit", "units"), ("professional", "people")):
        if word in table:
            _put(table, key, [At(f"{path}.{word}", table.pop(word))], path, reader)


def _party(table: Table, path: str, reader: Reader) -> None:
    """Expand a party: a professional by itself, and phone numbers of the party as a whole."""
    if "professional" in table:
        person = table.pop("professional")
        if isinstance(person, dict):
            person = {"is": "HealthcareProfessional", **person}
        _put(table, "person", At(f"{path}.professional", person), path, reader)
    _into_address(table, _telecoms(table, path, reader), "WP", reader)


def _referral(table: Table, path: str, reader: Reader) -> None:
    """Expand a referral: who refers, the GP, reasons by heading; each version keeps the people elsewhere."""
    if isinstance(table.get("reasons"), dict):
        reasons = [{"heading": heading, "text": text} for heading, text in table["reasons"].items()]
        table["reasons"] = reasons
    for word, relation in (("referrer", "HHE"), ("gp", "FLE")):
        if word in table:
            _relate(table, relation, At(f"{path}.{word}", table.pop(word)), reader)
    complete_referral(table, reader)


def _relate(table: Table, relation: str, person: At, reader: Reader, key: str = "care_relations") -> None:
    """Add somebody in a relation of list 8254, where the version keeps it."""
    if not isinstance(person.value, dict):
        reader.mistake(person.path, "expected a table with name, hpr, profession, phone")
        return
    if reader.kind != "henvisning 2.0":
        values = dict(person.value)
        party = {key: values.pop(key) for key in ("phone", "email", "address") if key in values}
        party["person"] = At(person.path, {"is": "HealthcareProfessional", **values})
        number = list_of("CareRelation.relation", reader.kind) or ""
        entry = {"relation": reader.code(number, relation), "party": At(person.path, party)}
        table[key] = [*table.get(key, ()), entry]
    elif relation == "FLE":
        values = {"role_to_patient": reader.code("9034", "6"), **person.value}
        table["contacts"] = [*table.get("contacts", ()), {"person": At(person.path, values)}]
    else:
        entry = {"person": person, "relation": reader.code("8254", relation)}
        table["responsibles"] = [*table.get("responsibles", ()), entry]


def _fact(observation: str, medicine: str) -> Callable[[Table, str, Reader], None]:
    """Return what expands a clinical fact, words or a medicine, into the classes that its standard has for them."""

    def expand(table: Table, path: str, reader: Reader) -> None:
        if "text" in table:
            words = {"is": observation, "description": table.pop("text")}
            _put(table, "content", At(f"{path}.text", words), path, reader)
        if "medication" in table:
            given = table.pop("medication")
            if isinstance(given, dict):
                given = {"is": medicine, **given}
            _put(table, "content", At(f"{path}.medication", given), path, reader)

    return expand


def _letter(table: Table, path: str, reader: Reader) -> None:
    """Expand a discharge letter: who referred, the GP, who answers for it."""
    for word, relation in (("referrer", "HHE"), ("gp", "FLE"), ("responsible", "AHP")):
        if word in table:
            key = "providers" if word == "responsible" else "care_relations"
            _relate(table, relation, At(f"{path}.{word}", table.pop(word)), reader, key)
    complete_letter(table, reader)


def _event(table: Table, path: str, reader: Reader) -> None:
    """Expand a stay: diagnoses, the main one first, and comments by heading."""
    if "diagnoses" in table:
        given = table.pop("diagnoses")
        facts = [
            {
                "kind": reader.code("8233", "B" if place else "H"),
                "content": At(f"{path}.diagnoses[{place}]", {"is": "CodedObservation", "diagnosis": diagnosis}),
            }
            for place, diagnosis in enumerate(given if isinstance(given, list) else [given])
        ]
        _prepend(table, "facts", facts)
    if isinstance(table.get("comments"), dict):
        table["comments"] = [{"heading": heading, "text": text} for heading, text in table["comments"].items()]
    complete_event(table, reader)


def _answered(table: Table, _path: str, reader: Reader) -> None:
    complete_answered(table, reader)


def _message(table: Table, path: str, reader: Reader) -> None:
    """Expand a message: its head, the payload under the name of its standard, and attachments."""
    if not path:  # a message inside a message is written out in full
        complete_head(table, reader)
        _refuse_other_payloads(table, reader)
    if "left_out" in table:
        del table["left_out"]
        reader.mistake(f"{path}.left_out" if path else "left_out", _LEFT_OUT)
    documents: list[object] = []
    for word, name in _PAYLOADS.items():
        if word in table:
            payload = table.pop(word)
            if isinstance(payload, dict):
                payload = {"is": name, **payload}
            documents.append(payload_document(At(word, payload), reader))
    if "attachments" in table:
        given = table.pop("attachments")
        if isinstance(given, list):
            documents += [At(f"attachments[{index}]", item) for index, item in enumerate(given)]
        else:
            reader.mistake("attachments", "expected a list of tables")
    if documents:
        _put(table, "documents", documents, path, reader)


def _refuse_other_payloads(table: Table, reader: Reader) -> None:
    """Take out the content of another kind of message than the specification says it is."""
    kind = table.get("kind")
    if reader.is_complete or not isinstance(kind, str) or kind not in BUILT:
        return
    for word in [word for word in _PAYLOADS if word in table and word != kind]:
        reader.mistake(word, f'does not go with kind = "{kind}", whose content stands in [{BUILT[kind]}]')
        del table[word]


def _document(table: Table, path: str, reader: Reader) -> None:
    """Expand an attachment: a file beside the specification, or base64 text."""
    data: bytes | None = None
    if "file" in table:
        name = _text(table, "file", path, reader)
        data = _file(name, path, reader)
        if data is not None:
            table.setdefault("mime_type", _MIME_TYPES.get(Path(name).suffix.lower(), "application/octet-stream"))
            table.setdefault("description", Path(name).stem)
    if "base64" in table:
        try:
            data = base64.b64decode("".join(_text(table, "base64", path, reader).split()), validate=True)
        except (binascii.Error, ValueError):
            reader.mistake(f"{path}.base64", "expected base64")
    if data is None:
        return
    _put(table, "content", [{"is": "Base64Data", "encoded": Base64Data.of(data).encoded}], path, reader)
    table.setdefault("kind", reader.code("8114", "A"))
    table.setdefault("issued", reader.now.date().isoformat())
    if not reader.is_flat:
        table.setdefault("connection", reader.code("4702", "V"))


def _file(name: str, path: str, reader: Reader) -> bytes | None:
    """Return the bytes of a file, which must lie below the specification's own folder."""
    if reader.folder is None:
        reader.mistake(f"{path}.file", "only a specification in a file may name files; use base64")
        return None
    folder = reader.folder.resolve()
    place = (folder / name).resolve()
    if not place.is_relative_to(folder):
        reader.mistake(f"{path}.file", "the file must lie in the specification's own folder, or below it")
        return None
    try:
        return place.read_bytes()
    except OSError as error:
        reader.mistake(f"{path}.file", f"cannot be read: {error.strerror}")
        return None


def _short_quantity(text: str) -> Table:
    value, _, unit = text.partition(" ")
    return {"value": value, "unit": unit} if unit else {"value": value}


def _short_identifier(text: str) -> Table:
    kind, _, value = text.rpartition(":")
    return {"value": value, "kind": kind} if kind else {"value": value}


#: The payload of a message under the name of its standard.
_PAYLOADS = {"henvisning": "Henvisning", "dialogmelding": "Dialogmelding", "epikrise": "Epikrise"}
#: The kinds of message that can be built, and where a specification says what is in them.
BUILT = {**{word: word for word in _PAYLOADS}, "apprec": "receipt"}
_LEFT_OUT = "this version of the standard has no place for it; move what is needed to a field, and take it out"
_PERSON = frozenset({"name", "identity_number", "her_id", "hpr", "phone", "email"})

WORDS: dict[type, Words] = {
    Person: Words(_PERSON - {"hpr"}, _person),
    HealthcareProfessional: Words(_PERSON, _professional),
    Patient: Words(_PERSON - {"hpr", "her_id"}, _patient),
    Organisation: Words(
        frozenset({"her_id", "organisation_number", "phone", "email", "unit", "professional"}), _organisation
    ),
    Party: Words(frozenset({"professional", "phone", "email"}), _party),
    Henvisning: Words(frozenset({"referrer", "gp"}), _referral),
    Dialogmelding: Words(frozenset(), complete_dialogue),
    InformationItem: Words(frozenset({"text", "medication"}), _fact("Observation", "Medication")),
    Epikrise: Words(frozenset({"referrer", "gp", "responsible"}), _letter),
    CareEvent: Words(frozenset({"diagnoses"}), _event),
    ClinicalFact: Words(frozenset({"text", "medication"}), _fact("CodedObservation", "Prescription")),
    AnsweredReferral: Words(frozenset(), _answered),
    Message: Words(frozenset({*_PAYLOADS, "attachments", "complete", "left_out"}), _message),
    Document: Words(frozenset({"file", "base64"}), _document),
}

SHORTHAND: dict[type, Callable[[str], Table]] = {
    FreeText: lambda text: {"text": text},
    Telecom: lambda text: {"address": text},
    Diagnosis: lambda text: {"concept": text},
    Identifier: _short_identifier,
    Quantity: _short_quantity,
}
