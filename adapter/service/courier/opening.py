"""From the bytes of a mail to what it says and whether to believe it: no store, no clock, no network but the issuers'.

The order is that of HITS 1172: the parts, the signature, its signer, the header, the content. Nothing that is not
signed has a say, and nothing is decrypted for a signer who is not believed, nor by a cipher that is not accepted from
it. What comes out is a value; what becomes of it in the store, and what the sender is told, is decided in `outcome` and
`answers`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import field, replace
from datetime import datetime
from typing import Literal, Self

from adapter import wire
from adapter.channel.mail import report as mail_report
from adapter.channel.mail.report import Report
from adapter.check.rule import Rule
from adapter.envelope import package, soap
from adapter.envelope.addressing import mismatches
from adapter.envelope.answer import UNDECIPHERABLE, Refusal, judge, refusal_of
from adapter.envelope.header import is_cpa_id, is_uuid
from adapter.envelope.signal import EbxmlMessage, ErrorCode, SignedReference, Sort
from adapter.errors import EnvelopeError, FormError, NotWellFormed, SignatureInvalid, TrustError, Undecryptable
from adapter.flow import transport_rules as rules
from adapter.message.message import Message
from adapter.message.state import EnvelopeState
from adapter.partner.register import Partner
from adapter.service.courier import signer
from adapter.service.courier.facts import facts_of
from adapter.store.facts import EnvelopeFacts, EventData
from adapter.trust import cms, payload
from adapter.trust.pki import Pair
from adapter.trust.verdict import Evidence
from adapter.trust.verifier import Verifier
from adapter.values import value_class
from adapter.wire.parse import Limits

_HEADER = "/SOAP:Envelope/SOAP:Header/eb:MessageHeader"
_MANIFEST = "/SOAP:Envelope/SOAP:Body/eb:Manifest"
#: What expects an answer. Of what contradicts itself the blocks tell more than the sort.
_ASKING = frozenset({Sort.PAYLOAD, Sort.PING, Sort.STATUS_REQUEST, Sort.UNCLEAR})


@value_class
class Standards:
    """What the mails of a channel are judged by."""

    #: The parties that send by the channel.
    parties: tuple[Partner, ...]
    #: The HER-ids, of both levels, that are received for here.
    own: frozenset[str]
    verifier: Verifier
    #: What contents are decrypted with, old keys too.
    pairs: tuple[Pair, ...] = field(default=(), repr=False)
    #: What becomes of an envelope whose signer is known and cannot be checked further.
    unverifiable: Literal["hold", "continue"] = "continue"
    #: Octets of a mail.
    largest_mail: int
    #: Octets of what is inside, however it is packed.
    largest_payload: int
    #: Of the document inside.
    limits: Limits

    def known(self, her_id: str | None) -> tuple[Partner, ...]:
        """Return who sends under a HER-id: the party itself, else all those below an organisation."""
        exact = tuple(party for party in self.parties if her_id in party.her_ids)
        return exact or tuple(party for party in self.parties if her_id and party.parent_her_id == her_id)


@value_class
class Said:
    """What a mail says, and what is to become of it."""

    #: OPENED, SIGNAL, HELD, REFUSED or UNREADABLE.
    state: EnvelopeState
    #: Without the MessageId where nobody has signed for it who may.
    facts: EnvelopeFacts = field(default_factory=EnvelopeFacts)
    #: What is signed; where the signature is refused, what is claimed. None: no ebXML.
    message: EbxmlMessage | None = None
    #: Who sent it, as far as it is known here.
    senders: tuple[Partner, ...] = ()
    #: What was signed, for the receipt.
    references: tuple[SignedReference, ...] = ()
    #: The document that was inside.
    document: bytes | None = field(default=None, repr=False)
    #: What a mail server says of a mail, which may be one of ours.
    report: Report | None = None
    #: Why it is refused, for its sender.
    refusals: tuple[Refusal, ...] = ()
    #: Why it is not simply taken, for people.
    rule: Rule | None = None
    #: Judged later, it may be taken without a person.
    may_change: bool = False
    #: What issuers said of its signer.
    statements: tuple[Evidence, ...] = field(default=(), repr=False)
    #: Who the signer is by its certificate and by the register, for the event.
    signed_by: EventData = field(default_factory=dict)
    #: For the event. Nothing personal.
    remarks: EventData = field(default_factory=dict)

    @property
    def may_be_told(self) -> bool:
        """Tell whether its sender may be sent an error: never for an error, a receipt or another answer."""
        message = self.message
        if message is None or message.sort not in _ASKING:
            return False
        return message.error is None and message.acknowledgment is None

    def without_id(self) -> Self:
        """Return it without its MessageId, which belongs to who signs for it: nobody else can take it away."""
        facts = replace(self.facts, message_id=None)
        return replace(self, facts=facts, remarks={**self.remarks, "message_id": self.facts.message_id})


def open_mail(data: bytes, standards: Standards, *, at: datetime, is_released: bool = False) -> Said:
    """Return what a mail says, judged as of its receipt.

    `is_released` says that a person has let it through although its signer could not be checked.
    """
    limits = Limits(max_bytes=standards.largest_mail)
    try:
        found = package.read(data, limits)
    except (EnvelopeError, FormError) as error:
        return _unreadable(data, limits, error)
    senders = standards.known(found.message.header.sender.her_id)
    try:
        opened = package.unseal(found, allows_weak=signer.lets_sha1_through(senders, at))
        if opened.message.header != found.message.header:
            raise SignatureInvalid("The header that is signed is another than the one that is read.")
    except (EnvelopeError, FormError, TrustError) as error:
        claimed = Said(
            state=EnvelopeState.REFUSED, facts=facts_of(found.message), message=found.message, senders=senders
        )
        rule = rules.TRA_05 if isinstance(error, TrustError) else rules.TRA_10
        return _refused(claimed.without_id(), rule, refusal_of(error), error=error.code)
    references = found.signed_references
    said = Said(
        state=EnvelopeState.SIGNAL,
        facts=facts_of(opened.message, references),
        message=opened.message,
        senders=senders,
        references=references,
    )
    return _judged(said, opened, standards, at, soap.not_understood(found.root), is_released=is_released)


def _judged(  # noqa: PLR0913 - what one judgement depends on
    said: Said, opened: package.Opened, standards: Standards, at: datetime, foreign: Iterable[str], *, is_released: bool
) -> Said:
    """Judge the signer of an envelope, then its header."""
    is_payload = opened.message.sort is Sort.PAYLOAD
    doubt = signer.doubt(standards.verifier, opened.certificate, opened.others, said.senders, own=standards.own, at=at)
    said = replace(said, statements=doubt.statements, signed_by=doubt.signed_by)
    if doubt.is_wrong:
        return _refused(said.without_id(), rules.TRA_05, refusal_of(SignatureInvalid()), signer=doubt.reason)
    if doubt.reason is not None:
        said = _noted(said, signer=doubt.reason)
        goes_on = is_released or (not doubt.is_unknown and standards.unverifiable == "continue")
        # what an unknown server says to ours changes nothing, so nobody need decide about it
        if not goes_on and (is_payload or said.senders):
            return replace(said, state=EnvelopeState.HELD, rule=rules.TRA_09, may_change=doubt.may_pass)
    faults = judge(opened.message, own=standards.own, at=at, not_understood=foreign)
    if is_payload and not _is_agreed(opened.message.header.cpa_id, said.senders, standards.own, at):
        faults = (*faults, _NO_AGREEMENT)
    if faults:
        return _refused(said, rules.TRA_10, *faults)
    return _delivered(said, opened, standards, at) if is_payload else said


def _is_agreed(cpa_id: str, senders: Iterable[Partner], own: Collection[str], at: datetime) -> bool:
    """Tell whether a message goes by an agreement that holds (HITS 1172, rules 110 to 114), or without any.

    Who has none with us may write what it likes, and who has one may still write both HER-ids, which name none.
    """
    agreements = [
        snapshot
        for sender in senders
        for snapshot in sender.snapshots
        if snapshot.agreement and not set(own).isdisjoint(snapshot.counterparts)
    ]
    if not agreements or (is_cpa_id(cpa_id) and not is_uuid(cpa_id)):
        return True
    return any(snapshot.agreement == cpa_id and snapshot.is_valid_at(at) for snapshot in agreements)


def _delivered(said: Said, opened: package.Opened, standards: Standards, at: datetime) -> Said:
    """Return an envelope with the document that was inside."""
    if len(opened.payloads) != 1:
        return _refused(said, rules.TRA_10, _ONE_DOCUMENT)
    sealed = opened.payloads[0].octets
    # before any key is used: the cipher is no secret, so its name may be told
    weak = _weak_cipher(sealed)
    if weak is not None and not any(sender.may_use_triple_des(at) for sender in said.senders):
        return _refused(said, rules.TRA_14, _WEAK_CIPHER, cipher=weak)
    try:
        content = cms.decrypt(sealed, standards.pairs, limit=standards.largest_mail)
        document = _unpacked(content.content, standards)
        named = _parties(document, standards.limits)
    except (Undecryptable, NotWellFormed):
        # in the same words, whichever it was: see `trust.cms`
        return _refused(said, rules.TRA_06, UNDECIPHERABLE)
    header = opened.message.header
    if _is_another(header.sender.her_id, named.senders) or _is_another(header.receiver.her_id, named.receivers):
        return _refused(said, rules.TRA_07, _INCONSISTENT)
    if weak is not None:
        said = _noted(said, cipher=weak)
    differing = () if named.message is None else mismatches(header, named.message)
    # a copy is for somebody else than the message's first receiver
    if elements := sorted({one.element for one in differing} - {"To"}):
        said = _noted(said, differs=elements)
    # of those below the organisation that an envelope may name, the message knows which it is
    senders = tuple(party for party in said.senders if not set(party.her_ids).isdisjoint(named.senders))
    return replace(said, state=EnvelopeState.OPENED, document=document, senders=senders or said.senders)


def _weak_cipher(sealed: bytes) -> str | None:
    """Return the name of the cipher of a content where it is not to be relied on without an exception."""
    cipher = cms.cipher_of(sealed)
    return cipher.name if cipher is not None and cipher.is_weak else None


@value_class(kw_only=False)
class _Named:
    """Whom a document names, by HER-id on every level, and the document where it can be read."""

    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    message: Message | None


def _parties(document: bytes, limits: Limits) -> _Named:
    """Return whom a document names; raises NotWellFormed where it is none."""
    found: Message | wire.Rescued | None
    try:
        found = message = wire.read(document, limits)
        receivers = message.receivers
    except NotWellFormed:
        raise
    except FormError:  # a document all the same: what is wrong with it, and who is told, the checks say
        found, message = wire.rescue(document), None
        receivers = (found.receiver,) if found and found.receiver else ()
    senders = found.sender.her_ids() if found and found.sender else ()
    return _Named(senders, tuple(her_id for party in receivers for her_id in party.her_ids()), message)


def _is_another(told: str | None, named: tuple[str, ...]) -> bool:
    """Tell whether an envelope's party is another than that of the message; either level is the same one (A.8)."""
    return bool(named) and told not in named


def _unpacked(content: bytes, standards: Standards) -> bytes:
    document = payload.unpack(content, limit=standards.largest_payload).data
    if len(document) > standards.largest_payload:
        raise Undecryptable
    return document


_ONE_DOCUMENT = Refusal(
    code=ErrorCode.NOT_SUPPORTED,
    text="Konvolutten må ha nøyaktig ett vedlegg.",
    location=_MANIFEST,
)
_WEAK_CIPHER = Refusal(
    code=ErrorCode.SECURITY_FAILURE,
    text="Vedlegget er kryptert med 3DES, som ikke godtas her. Bruk AES-256.",
    location=UNDECIPHERABLE.location,
)
_NO_AGREEMENT = Refusal(
    code=ErrorCode.VALUE_NOT_RECOGNIZED,
    text="Avtalen er ikke kjent, eller gjelder ikke nå.",
    location=f"{_HEADER}/eb:CPAId",
)
_INCONSISTENT = Refusal(
    code=ErrorCode.INCONSISTENT,
    text="Konvolutten har andre parter enn meldingen inni.",
    location=_HEADER,
)


def _refused(said: Said, rule: Rule, *refusals: Refusal, **remarks: str | None) -> Said:
    return _noted(replace(said, state=EnvelopeState.REFUSED, refusals=refusals, rule=rule), **remarks)


def _noted(said: Said, **remarks: object) -> Said:
    return replace(said, remarks={**said.remarks, **remarks})


def _unreadable(data: bytes, limits: Limits, error: EnvelopeError | FormError) -> Said:
    """Return what can be told of a mail that is no ebXML message: of ours, a server may say that it goes no further."""
    found = mail_report.read(data, limits.max_bytes)
    remarks: EventData
    if found is not None:
        remarks = {"action": found.action, "status": found.status}
    else:
        remarks = {"error": error.code, "is_fault": _is_fault(data, limits)}
    return Said(state=EnvelopeState.UNREADABLE, rule=rules.TRA_01, report=found, remarks=remarks)


def _is_fault(data: bytes, limits: Limits) -> bool:
    """Tell whether another message server says that it could not read ours."""
    try:
        return package.read_fault(data, limits) is not None
    except (EnvelopeError, FormError):
        return False
