"""The rules that hold for every message: codes, severities and texts stand here and nowhere else.

A rule with several cases has a row for each. The code table of the documentation is made from `every`, which adds
the rules of the profiles.
"""

from __future__ import annotations

from adapter.check.finding import Severity
from adapter.check.profile import every as profiles
from adapter.check.rule import Rule
from adapter.message import Code, coded


def apprec_error(value: str, name: str) -> Code:
    """Return an error of list 8221."""
    return coded(8221, value, name)


E10 = apprec_error("E10", "Ugyldig meldingsidentifikator")
E21 = apprec_error("E21", "Mottaker finnes ikke")
E36 = apprec_error("E36", "Pasientopplysninger er utilstrekkelige")
T01 = apprec_error("T01", "Ikke XML / ikke 'well formed' / uleselig")
T02 = apprec_error("T02", "XML validerer ikke")
T10 = apprec_error("T10", "Støtter ikke meldingsformatet")
T99 = apprec_error("T99", "Annen feil på format")
X99 = apprec_error("X99", "Annen feil")
S01 = apprec_error("S01", "Feil på signatur")
S02 = apprec_error("S02", "Ugyldig sertifikat")
S03 = apprec_error("S03", "Tilbaketrukket sertifikat")

# --- Form -----------------------------------------------------------------------------------------------------

FORM_02 = Rule(
    id="FORM-02",
    title="No document type declaration",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="The document has a document type declaration (DOCTYPE), which no standard uses and attackers do.",
    partner="Meldingen kunne ikke leses: dokumenttype-deklarasjon (DOCTYPE) er ikke tillatt.",
    hint="Ask the sender to leave out the DOCTYPE.",
    apprec=T01,
    source="HIS 80415, own security rule",
)
FORM_03 = Rule(
    id="FORM-03",
    title="Within the limits for size, depth and width",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="{text}",
    partner="Meldingen er større eller mer sammensatt enn mottakeren tillater.",
    hint="Raise the limit under [limits] if such messages are expected from this partner.",
    apprec=T99,
    source="own security rule",
)

# --- Base rules (domain rules C.2) ----------------------------------------------------------------------------

MSG_01 = Rule(
    id="MSG-01",
    title="Well-formed XML",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="{text}",
    partner="Meldingen kunne ikke leses: dokumentet er ikke velformet XML, linje {where}.",
    hint="Ask the sender to send the message again from its system; the original bytes are kept.",
    apprec=T01,
    source="HIS 80415:2012 3.3.2",
)
MSG_01B = Rule(
    id="MSG-01b",
    title="A message that cannot be read has at least an id",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="{text} No message id was found in it, so no receipt can be addressed.",
    hint="Find out who sent it and tell them; the original bytes are kept.",
    quarantines=True,
    source="HIS 80415:2012 3.3.2",
)
MSG_01_RECEIPT = Rule(
    id="MSG-01",
    title="A receipt that cannot be read is looked at by a person",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="A receipt cannot be read: {text} Receipts are never answered with receipts.",
    hint="Ask the partner what became of the message it answers.",
    source="payload standards A19",
)
MSG_02 = Rule(
    id="MSG-02",
    title="Valid by its schema",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="{text}",
    partner="{element}: {feil}. Send på nytt etter retting, med ny MsgId.",
    hint="The sender's system must correct the message and send it again with a new MsgId.",
    author="Correct the message where it is made; as it is, the receiver would reject it.",
    apprec=T02,
    source="HIS 80415:2012 3.3.2",
)
MSG_02_EMERGENCY = Rule(
    id="MSG-02",
    title="An emergency referral that can be read is taken, valid or not",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="{text} The referral is an emergency and is therefore not rejected.",
    partner="{element}: {feil}.",
    hint="Read the referral at once.",
    source="HIS 80415:2012 3.3.2",
)
MSG_02_TOLERATED = Rule(
    id="MSG-02",
    title="Invalid by its schema in a shape that is tolerated",
    inbound=Severity.INFO,
    outbound=None,
    text="{text} Tolerated: {shape}.",
    hint="Nothing to do. Take the shape out of the partner's `tolerance` to reject it.",
    source="partner setting",
)
MSG_02_RECEIPT = Rule(
    id="MSG-02",
    title="A receipt that is invalid by its schema is looked at by a person",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="{text} Receipts are never answered with receipts.",
    hint="Tell the partner that its receipts do not follow the standard.",
    source="payload standards A19",
)
MSG_03 = Rule(
    id="MSG-03",
    title="A message type and version that is supported",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="Messages of the kind {kind} are not supported.",
    partner="{kind} støttes ikke av denne tjenesten.",
    hint="Add the kind to the partner's `accepts`, or set `relays_unsupported` to pass such messages on unread.",
    apprec=T10,
    source="HIS 80415:2012 3.3.2",
)
MSG_03_RELAYED = Rule(
    id="MSG-03",
    title="An unsupported message is passed on unread",
    inbound=Severity.INFO,
    outbound=Severity.INFO,
    text="Messages of the kind {kind} are passed on unread, as the partner is set up to.",
    source="partner setting",
)
MSG_03_UNKNOWN = Rule(
    id="MSG-03",
    title="A document that is no message at all",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="The document is no message of a kind known here, and has no message id that a receipt could name.",
    hint="Find out what it is and who put it there.",
    quarantines=True,
    source="payload standards A3",
)
MSG_04 = Rule(
    id="MSG-04",
    title="MsgId is a UUID",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="MsgId is not a UUID.",
    partner="MsgId må være en UUID.",
    hint="The sender's system must give each message a UUID.",
    author="Give the message a UUID of its own.",
    apprec=E10,
    source="HIS 80415:2012 3.3.2",
)
MSG_05 = Rule(
    id="MSG-05",
    title="The patient is sufficiently identified",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="The patient is not sufficiently identified.",
    partner="Navn sammen med fødselsnummer, D-nummer, FH-nummer eller fødselsdato og kjønn mangler.",
    hint="The sender must add what is missing and send again with a new MsgId.",
    author="Add a name with an identity number, or with date of birth and sex.",
    apprec=E36,
    source="HIS 80415:2012 3.3.2",
)
MSG_05_EMERGENCY = Rule(
    id="MSG-05",
    title="An emergency referral is taken even if the patient is not sufficiently identified",
    inbound=Severity.HOLD,
    outbound=Severity.WARN,
    text="The patient of an emergency referral is not sufficiently identified.",
    partner="Øyeblikkelig hjelp: pasienten er ikke tilstrekkelig identifisert – identifiser straks.",
    hint="Identify the patient at once.",
    source="HIS 80415:2012 3.3.2",
)
MSG_06 = Rule(
    id="MSG-06",
    title="The identity number has right check digits",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="The patient's identity number has wrong check digits or an impossible date.",
    partner="Fødselsnummeret har feil kontrollsiffer – bekreft identitet.",
    hint="Confirm the patient's identity before anything is filed.",
    source="payload standards 8.24",
)
MSG_07 = Rule(
    id="MSG-07",
    title="The receiving organisation is served here",
    inbound=Severity.HOLD,
    outbound=None,
    text="The message is addressed to an organisation that is not served here. No receipt is sent.",
    hint="Check the addresses in the message and the parties in the configuration.",
    quarantines=True,
    source="HITS 1168 5.3",
)
MSG_08 = Rule(
    id="MSG-08",
    title="The receiving service or person is known",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="HER-id {her_id} is none of the services here.",
    partner="HER-id {her_id} er ikke en tjeneste hos oss. Slå opp i Adresseregisteret på nytt.",
    hint="Add the service as a party if it should be served.",
    apprec=E21,
    source="HIS 80415:2012, HITS 1168 tests 17-20",
)
MSG_08_LEVEL = Rule(
    id="MSG-08",
    title="The receiver is addressed on both levels",
    inbound=Severity.REJECT,
    outbound=None,
    text="HER-id {her_id} is addressed without the HER-id of the organisation above it.",
    partner="HER-id mangler på nivå 1: {her_id} er adressert uten virksomheten. Slå opp i Adresseregisteret på nytt.",
    hint="The sender must mend the address; a party without `parent_her_id` is found by its own HER-id alone.",
    apprec=E21,
    source="HITS 1168 test 17",
)
MSG_09 = Rule(
    id="MSG-09",
    title="A message with the same MsgId came before",
    inbound=Severity.INFO,
    outbound=Severity.BLOCK,
    text="A message with this MsgId was received before. Nothing is done twice.",
    hint="Nothing to do, unless it was meant as a new message: that needs a MsgId of its own.",
    source="HITS 1168 5.4",
)
MSG_10 = Rule(
    id="MSG-10",
    title="A new referral with the document id of an earlier one",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="A new message carries the document id of an earlier one.",
    partner="Mulig dublett av en tidligere mottatt henvisning.",
    hint="Compare the two; it is legal after the correction of a rejected message.",
    source="HIS 80415:2012, HISD 1154",
)
MSG_11 = Rule(
    id="MSG-11",
    title="The signature is a signature of this message",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="{reason}",
    partner="Signaturen hører ikke til meldingen: den er endret etter signering, eller ikke signert etter standarden.",
    hint="The sender must sign the message as it is sent, with a new MsgId, and nothing may change it on the way.",
    author="Sign the message as the last thing done to it, and let nothing change it afterwards.",
    apprec=S01,
    source="HIS 80415:2012 3.3.2",
)
MSG_11_CERTIFICATE = Rule(
    id="MSG-11",
    title="The signer's certificate is valid and made for signing",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="{reason}",
    partner="Sertifikatet som meldingen er signert med, var ikke gyldig for signering da meldingen kom.",
    hint="The sender must sign with a valid certificate, and send again with a new MsgId.",
    author="Sign with a certificate that is valid and made for signing.",
    apprec=S02,
    source="HIS 80415:2012 3.3.2",
)
MSG_11_REVOKED = Rule(
    id="MSG-11",
    title="The signer's certificate was not revoked",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="{reason}",
    partner="Sertifikatet som meldingen er signert med, er trukket tilbake.",
    hint="Warn the sender by other means: somebody else may have its key.",
    author="Do not use the key again: somebody else may have it. Sign with a new one.",
    apprec=S03,
    source="HIS 80415:2012 3.3.2",
)
MSG_11_EMERGENCY = Rule(
    id="MSG-11",
    title="An emergency referral with a wrong signature is held",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="{reason} The referral is an emergency and is therefore not rejected.",
    partner="Meldingens signatur er feil. Ring avsender og bekreft henvisningen straks.",
    hint="Call the referrer and confirm the referral, at once.",
    source="HIS 80415:2012 3.3.2",
)
MSG_11_MISSING = Rule(
    id="MSG-11",
    title="A demanded signature is there",
    inbound=Severity.HOLD,
    outbound=None,
    text="A signature is demanded of this partner, and the message has none.",
    partner="Meldingen skulle vært signert.",
    hint="Ask the sender to sign its messages; release the message if you know by other means that it is genuine.",
    source="partner setting",
)
MSG_11_UNCHECKED_HELD = Rule(
    id="MSG-11",
    title="A message whose signature cannot be checked is held",
    inbound=Severity.HOLD,
    outbound=None,
    text="The signature could not be checked. {reason}",
    partner="Meldingens signatur kunne ikke kontrolleres.",
    hint="Verify the signature with `budstikke verify --trust`, then release the message.",
    source="partner setting",
)
MSG_11_UNCHECKED = Rule(
    id="MSG-11",
    title="A signature that cannot be checked is told",
    inbound=Severity.INFO,
    outbound=None,
    text="The signature could not be checked. {reason}",
    hint="Name the trusted roots under [trust], or set signature_required for the sending party to hold its messages.",
    source="HIS 80415:2012 3.3.2",
)
MSG_12 = Rule(
    id="MSG-12",
    title="No virus",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="The virus scanner reports an infected message.",
    partner="Et eller flere vedlegg feilet i viruskontroll. Meldingen er ikke lest.",
    hint="Warn the sender. The original bytes are kept; do not open them.",
    author="Take the infected attachment out, and find out how it came here; do not open it.",
    apprec=X99,
    source="domain rules C.2",
)
MSG_12_EMERGENCY = Rule(
    id="MSG-12",
    title="An infected emergency referral is held",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="The virus scanner reports an infected message. The referral is an emergency and is therefore not rejected.",
    partner="Et eller flere vedlegg feilet i viruskontroll. Ikke åpne vedlegg; les henvisningen straks.",
    hint="Read the referral without its attachments, at once.",
    source="domain rules C.2",
)
MSG_12_UNCHECKED = Rule(
    id="MSG-12",
    title="The virus scanner answered",
    inbound=Severity.HOLD,
    outbound=Severity.HOLD,
    text="The virus scanner could not check the message.",
    partner="Viruskontroll kunne ikke gjennomføres.",
    hint="Get the scanner running, then release the message.",
    source="own security rule",
)
MSG_13 = Rule(
    id="MSG-13",
    title="Attachments are PDF, JPEG or PNG",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="An attachment is of a kind that receivers need not support. It is kept but not shown.",
    partner="Vedlegg i et annet format enn PDF, JPEG eller PNG vises ikke.",
    hint="Open the attachment with care, or ask the sender for a PDF.",
    source="HIS 1036, HIS 1207",
)
MSG_14 = Rule(
    id="MSG-14",
    title="No test persons in production",
    inbound=Severity.REJECT,
    outbound=Severity.BLOCK,
    text="A test message or a test person in production.",
    partner="Testmelding/testperson i produksjon.",
    hint="Tell the sender that its test system sends to production.",
    author="Send test messages, and messages about test persons, from a test environment only.",
    apprec=X99,
    source="domain rules D.6",
)
MSG_15 = Rule(
    id="MSG-15",
    title="No real persons in a test environment",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="An identity number that a living person can have, in a test environment. The content is not stored.",
    hint="Tell the sender at once. Numbers of agreed test persons go into `allowed_numbers`.",
    quarantines=True,
    source="domain rules D.6",
)
MSG_16 = Rule(
    id="MSG-16",
    title="Codes are in their lists",
    inbound=Severity.INFO,
    outbound=Severity.WARN,
    text="{element} holds a code that list {number} does not have.",
    hint="Nothing to do: an unknown code is no ground for rejection. Update the code lists if it is new.",
    author="Use a code of the list: the receiver's system may not know another.",
    source="HIS 80415:2012 3.3.2",
)
MSG_17_CHANGE = Rule(
    id="MSG-17",
    title="A change has a known original",
    inbound=Severity.WARN,
    outbound=Severity.WARN,
    text="A change to a referral that was never received is treated as a new one.",
    partner="Endring av en henvisning som ikke er mottatt tidligere; behandles som ny.",
    hint="Look for the original under another id.",
    source="HISD 1154, test 29",
)
MSG_17_CANCELLATION = Rule(
    id="MSG-17",
    title="A cancellation has a known original",
    inbound=Severity.HOLD,
    outbound=Severity.WARN,
    text="A cancellation of a referral that was never received.",
    partner="Kansellering uten kjent henvisning.",
    hint="Find the referral it is about, or ask the sender.",
    source="HISD 1154, test 29",
)

ALL: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))


def every() -> tuple[Rule, ...]:
    """Return these rules and those of all profiles, which are read for it."""
    return (*ALL, *(rule for profile in profiles() for rule in profile.rules))
