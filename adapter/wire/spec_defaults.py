"""What a specification need not say: heads, roles and ids that follow from kind and version."""

from __future__ import annotations

from adapter.message import Envelope, Moment
from adapter.values import value_class
from adapter.wire.spec_read import At, Reader, Table


@value_class(kw_only=False)
class Head:
    """The head of one kind and version."""

    envelope: Envelope
    mig_version: str
    #: Code of list 8279 (8263 for Henvisning 1.0); None where the content decides.
    type: str | None = None
    #: Roles of sender and receiver (AppRec), with their names.
    roles: tuple[tuple[str, str], ...] = ()


_MSGHEAD = "v1.2 2006-05-24"
_LETTER_ROLES = (("SPR", "Tjenesteyter"), ("REQ", "Rekvirent"))

HEADS: dict[str, Head] = {
    "henvisning 1.0": Head(Envelope.MESSAGE, "v1.0 2005-07-08", "H"),
    "henvisning 1.1": Head(Envelope.MESSAGE, "v1.1 2012-02-15", "HENVISNING"),
    "henvisning 2.0": Head(Envelope.HODEMELDING, _MSGHEAD, "HENVISNING_NYTILSTAND"),
    "dialogmelding 1.0": Head(Envelope.HODEMELDING, _MSGHEAD),
    "dialogmelding 1.1": Head(Envelope.HODEMELDING, _MSGHEAD),
    "epikrise 1.1": Head(Envelope.MESSAGE, "v1.1 2006-09-23", "E", _LETTER_ROLES),
    "epikrise 1.2": Head(Envelope.MESSAGE, "v1.2 2012-02-15", "EPIKRISE", _LETTER_ROLES),
    "apprec 1.0": Head(
        Envelope.APPREC, "1.0 2004-11-21", "APPREC", (("SPR", "Tjenesteyter"), ("RECEIVER", "Mottaker"))
    ),
    "apprec 1.1": Head(Envelope.APPREC, "v1.1 2012-02-15", "APPREC", (("PRIM", "Primærmottaker"), ("AVS", "Avsender"))),
}

#: The oldest standards have types of their own.
_OLD_TYPES = frozenset({"H", "E"})
#: Of AppRec 1.0 only those that answer referrals.
_ALWAYS_IN_ROLES = frozenset({"apprec 1.1", "epikrise 1.1", "epikrise 1.2"})

#: Message type by the list of the first note's theme.
_TYPE_BY_THEME = {
    "7321": "DIALOG_NOTAT",
    "7322": "DIALOG_HELSEFAGLIG",
    "8117": "DIALOG_AVVIK",
    "8126": "DIALOG_SVAR",
    "8127": "DIALOG_NOTAT",
    "8128": "DIALOG_NOTAT",
    "8129": "DIALOG_SVAR",
    "9069": "DIALOG_SVAR",
    "9148": "DIALOG_STATUS_HENVISNING",
    "9602": "DIALOG_TIL_ARKIVERING",
}


def complete_head(table: Table, reader: Reader) -> None:
    """Fill in envelope, type, version, id and time."""
    reader.is_complete = table.pop("complete", False) is True
    reader.kind = f"{table.get('kind')} {table.get('version')}"
    if reader.is_complete:
        return
    head = HEADS.get(reader.kind)
    if head is None:
        known = ", ".join(HEADS)
        reader.mistake("", f"kind and version must be one of: {known}")
        return
    table.setdefault("envelope", head.envelope.value)
    table.setdefault("mig_version", head.mig_version)
    table.setdefault("generated", Moment.of(reader.now).text)
    if "msg_id" not in table:
        table["msg_id"] = reader.new_id()
    type_code = head.type or _dialogue_type(table.get("dialogmelding"))
    if type_code:
        table.setdefault("type", reader.code("8263" if type_code in _OLD_TYPES else "8279", type_code))
    if reader.kind in _ALWAYS_IN_ROLES or _answers_referral(table):
        for side, (role, name) in zip(("sender", "receiver"), head.roles, strict=False):
            if isinstance(table.get(side), dict):
                table[side] = {"role": {"value": role, "name": name}, **table[side]}


def payload_document(payload: At, reader: Reader) -> Table:
    """Return the main document that holds a payload."""
    version = reader.kind.rpartition(" ")[2]
    if isinstance(payload.value, dict) and not reader.is_complete:
        payload = At(payload.path, {"version": version, **payload.value})
    document: Table = {"content": [payload]}
    if not reader.is_flat:
        document["connection"] = reader.code("4702", "H")
        document["kind"] = reader.code("8114", "XML")
    return document


def complete_referral(table: Table, reader: Reader) -> None:
    """Fill in what every referral has: kind of service, date, kind of content, document id."""
    if reader.is_complete:
        return
    table.setdefault("service_type", reader.code("7309", "N"))
    table.setdefault("issued", Moment.of(reader.now).text)
    table.setdefault("description", reader.code("8455", "10"))
    if "document_id" not in table:
        table["document_id"] = reader.new_id()
    if isinstance(table.get("requested"), dict):
        table["requested"] = {"service_type": reader.code("7309", "N"), **table["requested"]}


def complete_letter(table: Table, reader: Reader) -> None:
    """Fill in what every discharge letter has: kind of service, date, that it is final, what it is, document id."""
    if reader.is_complete:
        return
    table.setdefault("service_type", reader.code("7309", "N"))
    table.setdefault("issued", Moment.of(reader.now).text)
    table.setdefault("status", reader.code("7306", "F"))
    table.setdefault("description", "Epikrise")
    if "document_id" not in table:
        table["document_id"] = reader.new_id()
    for number, event in enumerate(table["events"] if isinstance(table.get("events"), list) else (), start=1):
        if isinstance(event, dict) and reader.kind == "epikrise 1.1":
            event.setdefault("number", str(number))


def complete_event(table: Table, reader: Reader) -> None:
    """Fill in what every stay has: kind of service, and the service itself, empty or not."""
    if not reader.is_complete:
        table.setdefault("service_type", reader.code("7309", "N"))
        table.setdefault("service", {})


def complete_answered(table: Table, reader: Reader) -> None:
    """Fill in what every letter says of the referral it answers; version 1.1 has words where 1.2 has a code."""
    if reader.is_complete:
        return
    table.setdefault("service_type", reader.code("7309", "N"))
    table.setdefault("description", reader.code("8455", "10"))
    if reader.kind == "epikrise 1.1" and isinstance(table["description"], dict):
        table["description"] = {"name": table["description"].get("name", "")}


def complete_dialogue(table: Table, path: str, reader: Reader) -> None:
    """Give notes and questions of version 1.0 a document id; version 1.1's profiles use none."""
    if reader.is_complete or reader.kind != "dialogmelding 1.0":
        return
    for key in ("notater", "foresporsler"):
        items = table.get(key)
        if isinstance(items, list):
            table[key] = [
                At(f"{path}.{key}[{index}]", {**item, "document_id": item.get("document_id") or reader.new_id()})
                if isinstance(item, dict)
                else item
                for index, item in enumerate(items)
            ]


def _answers_referral(table: Table) -> bool:
    """Tell whether a receipt answers a referral: AppRec 1.0 has roles for providers and requesters of services only."""
    receipt = table.get("receipt")
    original = receipt.get("original") if isinstance(receipt, dict) else None
    kind = original.get("kind") if isinstance(original, dict) else None
    return str(kind.get("value") if isinstance(kind, dict) else kind).startswith("HENVISNING")


def _dialogue_type(dialogue: object) -> str | None:
    if not isinstance(dialogue, dict):
        return None
    if dialogue.get("foresporsler"):
        return "DIALOG_FORESPORSEL"
    for note in dialogue.get("notater") or ():
        theme = note.get("theme") if isinstance(note, dict) else None
        if isinstance(theme, dict):
            return _TYPE_BY_THEME.get(str(theme.get("list")))
        if isinstance(theme, str):
            return _TYPE_BY_THEME.get(theme.partition(":")[0])
    return None
