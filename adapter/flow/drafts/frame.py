"""What all drafts share: who writes about what, the head, the ids and the references."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapter.errors import BudstikkeError
from adapter.flow.answer import original_id
from adapter.flow.mirror import ORGANISATION_IDS, PERSON_IDS, family_and_given, for_dialogue, with_lists
from adapter.message.attachment import Document
from adapter.message.code import OSLO, Code, Moment, coded
from adapter.message.dialogmelding import Dialogmelding, FreeText, Notat, RelatedRole
from adapter.message.henvisning import Henvisning
from adapter.message.message import ConversationRef, Envelope, Kind, Message
from adapter.message.party import ENH, HER, HPR, HealthcareProfessional, Identifier, Organisation, Party, Patient
from adapter.partner.register import Partner
from adapter.values import value_class
from adapter.wire.style import tidy

#: Ids are derived from what a draft is about, so that a repeated decision writes the same draft.
_IDS = uuid.UUID("0a9cf1f3-5e0e-5c0b-8a3d-0c8ff7a2a9b4")
_OFFICIAL = ("FNR", "DNR", "FHN")
_EMERGENCY = "0"


class CannotBeWritten(BudstikkeError):
    """The standards have no such message about this one."""

    code = "DRF-01"


@value_class
class Writing:
    """Somebody writes about a message."""

    about: Message
    #: The party that writes, as the message about it names it.
    sender: Party
    #: The person who answers for what is written.
    author: HealthcareProfessional | None = None
    #: Aware.
    now: datetime
    #: Tells drafts about the same message apart; empty for the one that rules make.
    serial: str = ""

    @property
    def today(self) -> Moment:
        """Return the Norwegian date."""
        return Moment(self.now.astimezone(OSLO).date().isoformat())

    @property
    def reference(self) -> str:
        """Return the id by which later messages name the one written about: that of its receipt (Hodemelding 1.2)."""
        return original_id(self.about).id or ""

    def answering(self, parent: str | None = None) -> ConversationRef:
        """Return the references of what answers the message, or a later one; letter by letter as they were written.

        The conversation is that of the first message in its story (payload-standards I6 and I11).
        """
        named = self.about.conversation
        conversation = (named.conversation if named else None) or self.reference
        return ConversationRef(parent=parent or self.reference, conversation=conversation)

    def new_id(self, what: str) -> str:
        """Return a new id, in lower case: NAV compares letter by letter."""
        seed = " ".join(part for part in (self.about.msg_id or self.reference, self.serial) if part)
        return str(uuid.uuid5(_IDS, f"{what} {seed}"))

    def message(  # noqa: PLR0913 - the parts in which drafts differ
        self,
        content: Dialogmelding | Henvisning,
        *,
        what: str,
        type_code: Code,
        conversation: ConversationRef | None,
        receiver: Party | None = None,
        copies: Sequence[Party] = (),
        patient: Patient | None = None,
        attachments: Sequence[Document] = (),
    ) -> Message:
        """Return the whole message in the standards' style, to the sender of the one written about by default."""
        return tidy(
            Message(
                envelope=Envelope.HODEMELDING,
                kind=Kind.DIALOGMELDING if isinstance(content, Dialogmelding) else Kind.HENVISNING,
                version=content.version,
                type=type_code,
                mig_version="v1.2 2006-05-24",
                generated=Moment.of(self.now),
                msg_id=self.new_id(what),
                ack=Code("J", "Ja"),
                conversation=conversation,
                sender=_named(for_dialogue(self.sender)),
                receiver=_named(for_dialogue(receiver or self.about.sender or Party())),
                other_receivers=tuple(party.in_role(Code("COP", "Kopimottaker")) for party in copies),
                patient=patient or identified(self.about.patient),
                documents=(
                    Document(
                        connection=Code("H", "Hoveddokument"),
                        issued=self.today,
                        kind=Code("XML", "XML-instans"),
                        mime_type="text/xml",
                        content=(content,),
                    ),
                    *attachments,
                ),
            )
        )

    def note(self, theme: Code, text: str, *, what: str, subject: str | None = None, role: Code | None = None) -> Notat:
        """Return a note of today, signed by the author in the role of list 9034, as contact where none is given."""
        signed = RelatedRole(role_to_patient=role or coded(9034, "21", "Helsefaglig kontakt"), person=self.author)
        return Notat(
            theme=theme,
            subject=subject,
            text=FreeText(text=text) if text.strip() else None,
            document_id=self.new_id(f"{what} document"),
            date=self.today,
            roles=(signed,) if self.author else (),
        )


def party_of(partner: Partner, her_id: str | None = None) -> Party:
    """Return a party of the register as a receiver in MsgHead: the organisation above it, then itself.

    `her_id` is the one of its addresses that is meant; the first without it.
    """
    numbers = [Identifier(her_id or partner.her_ids[0], Code(HER))]
    if partner.organisation_number:
        numbers.append(Identifier(partner.organisation_number, Code(ENH)))
    own = Organisation(name=partner.name, identifiers=with_lists(tuple(numbers), ORGANISATION_IDS))
    if partner.parent_her_id is None:
        return Party(organisation=own)
    above = with_lists((Identifier(partner.parent_her_id, Code(HER)),), ORGANISATION_IDS)
    return Party(organisation=Organisation(name=partner.name, identifiers=above, units=(own,)))


def copy_addresses(message: Message) -> tuple[str, ...]:
    """Return the HER-ids of those who shall have a copy of what is written about a referral.

    The GP, where somebody else referred (HIS 1206); after a forwarding also the one who referred in the first place.
    """
    referral = message.henvisning
    if referral is None:
        return ()
    told = set(message.sender.her_ids()) if message.sender else set()
    relations = ("HHE", "FLE") if message.type_code == "HENVISNING_VIDERE" else ("FLE",)
    people = [person for relation in relations for person in referral.professionals(relation)]
    found = (person.identified_by(HER) for person in people)
    return tuple(dict.fromkeys(her_id for her_id in found if her_id and her_id not in told))


def is_emergency(message: Message) -> bool:
    """Tell whether a message is a referral for immediate help."""
    referral = message.henvisning
    priority = referral.requested.priority if referral and referral.requested else None
    return priority is not None and priority.value == _EMERGENCY


def identified(patient: Patient | None) -> Patient | None:
    """Return the patient as MsgHead identifies one: name and official number, else date of birth and sex."""
    if patient is None:
        return None
    official = with_lists(tuple(number for number in patient.identifiers if number.is_kind(*_OFFICIAL)), PERSON_IDS)
    born = patient.date_of_birth.day if patient.date_of_birth else None
    sex = patient.sex if patient.sex and patient.sex.value else None
    family, given = names_of(patient)
    return Patient(
        family_name=family,
        middle_name=patient.middle_name,
        given_name=given,
        date_of_birth=Moment(born.isoformat()) if born and not official else None,
        sex=None if official else sex,
        identifiers=official,
    )


def names_of(patient: Patient) -> tuple[str | None, str | None]:
    """Return family and given name; Henvisning 1.x writes "Etternavn, Fornavn" (HISD 1165).

    Without the comma nobody can tell which is which, so the whole name stands as family name.
    """
    family, given = patient.family_name, patient.given_name
    if not family and patient.full_name:
        family, given = patient.full_name, None
        if "," in patient.full_name:
            family, given = family_and_given(patient.full_name)
    return (family or "").strip() or None, given


def _named(party: Party) -> Party:
    """Return a party whose organisations all have the name that MsgHead demands: their own, else their number."""

    def with_name(one: Organisation) -> Organisation:
        number = next((found.value for found in one.identifiers if found.value), None)
        return replace(one, name=one.name or number, units=tuple(map(with_name, one.units)))

    return replace(party, organisation=with_name(party.organisation)) if party.organisation else party


def with_author(party: Party, author: HealthcareProfessional) -> Party:
    """Return a sender whose one person is the author: NAV reads the one beside the organisation's own name."""
    top = party.organisation
    if top is None:
        return party
    known = next((member for member in top.walk() if isinstance(member, HealthcareProfessional)), author)
    is_same = known.identified_by(HPR) == author.identified_by(HPR) or known.name == author.name
    # the address stays where somebody stands in for its owner; the owner's other numbers do not
    kept = tuple(number for number in known.identifiers if is_same or number.is_kind(HER))
    numbers = {number.kind.value: number for number in (*kept, *author.identifiers) if number.kind}
    signer = replace(author, identifiers=tuple(numbers.values()), role_to_patient=None)
    units = tuple(replace(unit, people=()) for unit in top.units)
    return replace(party, organisation=replace(top, units=units, people=(signer,)))
