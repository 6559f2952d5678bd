"""MSG-16: whether coded values are in their lists. Never a ground for rejection, only a remark.

Each row of the table says where a standard keeps a code, which list it is from, and how to find it in the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from adapter.check import rules
from adapter.check.codelists import CodeLists
from adapter.check.finding import Finding
from adapter.check.policy import Policy
from adapter.message import Code, Envelope, Message

if TYPE_CHECKING:
    # a standard is loaded with the first message in it
    from adapter.message import Dialogmelding, Epikrise, Henvisning


def check(message: Message, codelists: CodeLists, policy: Policy) -> Iterator[Finding]:
    """Yield a remark for each place that holds a code its list does not have."""
    for path, number, codes in _rows(message):
        for code in codes:
            if code is not None and _is_unknown(code, number, codelists):
                yield rules.MSG_16.finding(
                    policy.direction,
                    path=path,
                    element=path.rpartition("/")[2],
                    number=code.list_number or number or "",
                )
                break


def _is_unknown(code: Code, number: str | None, codelists: CodeLists) -> bool:
    """Tell whether the list is at hand and does not have the code.

    A code that names a list of its own is looked up there; partners' own lists are not at hand.
    """
    if not code.value:
        return False
    which = code.list_number if code.system else number
    return which is not None and codelists.knows(which, code.value) is False


_Row = tuple[str, "str | None", Iterable["Code | None"]]


def _rows(message: Message) -> Iterator[_Row]:
    if message.envelope is Envelope.HODEMELDING:
        info = "/MsgHead/MsgInfo"
        yield f"{info}/Type", "8279", (message.type,)
        yield f"{info}/Ack", "7304", (message.ack,)
        yield f"{info}/ProcessingStatus", "8113", (message.processing_status,)
        yield f"{info}/Patient/Sex", "3101", (message.patient.sex if message.patient else None,)
        yield (
            f"{info}/Patient/Ident/TypeId",
            "8116",
            tuple(i.kind for i in message.patient.identifiers) if message.patient else (),
        )
        yield "/MsgHead/Document/DocumentConnection", "4702", (d.connection for d in message.documents)
        yield "/MsgHead/Document/RefDoc/MsgType", "8114", (d.kind for d in message.documents)
    elif message.envelope is Envelope.MESSAGE:
        root = "/Message/ServRprt" if message.epikrise is not None else "/Message/ServReq"
        yield "/Message/Status", "8323", (message.status,)
        yield f"{root}/Patient/Sex", "3101", (message.patient.sex if message.patient else None,)
        yield f"{root}/RefDoc/MsgType", "8114", (d.kind for d in message.documents)
    if message.henvisning is not None:
        yield from _referral(message.henvisning)
    elif message.dialogmelding is not None:
        yield from _dialogue(message.dialogmelding)
    elif message.epikrise is not None:
        yield from _letter(message.epikrise)


def _referral(referral: Henvisning) -> Iterator[_Row]:
    from adapter.message.henvisning import Medication  # noqa: PLC0415 - a standard is loaded with the first message in it

    is_new = referral.version == "2.0"
    root = "/MsgHead/Document/RefDoc/Content/Henvisning" if is_new else "/Message/ServReq"
    inner = root if is_new else f"{root}/Patient"
    requested = referral.requested
    yield f"{root}/ServType", "7309", (referral.service_type,)
    yield f"{root}/PaymentCat", "8426" if referral.version == "1.0" else "4101", (referral.payment_category,)
    yield (f"{root}/TypeInnholdIMelding/TypeInnhold" if is_new else f"{root}/MsgDescr"), "8455", (referral.description,)
    yield f"{root}/ReasonAsText/Heading", "8231", (reason.heading for reason in referral.reasons)
    yield f"{inner}/InfItem/Type", "8233", (item.kind for item in referral.information)
    contents = (item.content for item in referral.information)
    statuses = (given.status for given in contents if isinstance(given, Medication))
    yield f"{inner}/InfItem/Medication/Status", "9101" if is_new else "7307", statuses
    yield f"{root}/Comment/Heading", "8234", (comment.heading for comment in referral.comments)
    yield f"{root}/Diagnosis/Concept", None, (diagnosis.concept for diagnosis in referral.diagnoses)
    if requested is not None:
        yield f"{root}/ReqServ/ServType", "7309", (requested.service_type,)
        yield f"{root}/ReqServ/Priority", "8306" if is_new else "8304", (requested.priority,)
    if is_new:
        yield f"{root}/AnsvarForRapport/TypeRelasjon", "8254", (entry.relation for entry in referral.responsibles)
    else:
        relations = (entry.relation for entry in referral.care_relations)
        yield f"{root}/Patient/PatRelHCP/Relation", "7319" if referral.version == "1.0" else "8254", relations
    for relation in ("HHE", "FLE"):
        people = referral.professionals(relation)
        yield (
            f"{root}/AnsvarForRapport/AnsvarligRapport" if is_new else f"{root}/Patient/PatRelHCP/HCP/HCProf/Type",
            "9060",
            tuple(person.profession for person in people),
        )


def _dialogue(dialogue: Dialogmelding) -> Iterator[_Row]:
    root = "/MsgHead/Document/RefDoc/Content/Dialogmelding"
    yield f"{root}/Notat/TemaKodet", None, (note.theme for note in dialogue.notater)
    yield f"{root}/Foresporsel/TypeForesp", None, (question.kind for question in dialogue.foresporsler)
    yield f"{root}/Foresporsel/Hastegrad", "9067", (question.urgency for question in dialogue.foresporsler)
    yield f"{root}/Foresporsel/Formål", "9068", (question.purpose for question in dialogue.foresporsler)


def _letter(letter: Epikrise) -> Iterator[_Row]:
    root = "/Message/ServRprt"
    facts = [fact for event in letter.all_events() for fact in event.facts]
    yield f"{root}/ServType", "7309", (letter.service_type,)
    yield f"{root}/Ack", "7304", (letter.ack,)
    yield f"{root}/Event/InfItem/Type", "8233", (fact.kind for fact in facts)
    yield f"{root}/Event/InfItem/Observation/CodedDescr/Concept", None, (found.concept for found in letter.diagnoses)
    relations = (entry.relation for entry in letter.care_relations)
    yield f"{root}/Patient/PatRelHCP/Relation", "7319" if letter.version == "1.1" else "8254", relations
