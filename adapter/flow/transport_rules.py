"""The rules of the transport (TRA): what message servers tell each other of envelopes, for the operator."""

from __future__ import annotations

from adapter.check.finding import Severity
from adapter.check.rule import Rule

TRA_01 = Rule(
    id="TRA-01",
    title="What comes to the mailbox is ebXML",
    inbound=Severity.HOLD,
    outbound=None,
    text="A mail came that is no ebXML message, or cannot be read as one; it was not answered.",
    hint="`budstikke envelopes show ID`: if a partner sent it, tell them by other means; the mail is kept.",
    source="HITS 1172 5.5",
)
TRA_02 = Rule(
    id="TRA-02",
    title="No two messages have the same MessageId",
    inbound=Severity.HOLD,
    outbound=None,
    text="An envelope came with the MessageId of an earlier one and another content; it was not delivered.",
    hint="Tell the sender that its message server uses a MessageId twice; it must send the message anew.",
    source="HITS 1172 5.8.2",
)
TRA_03 = Rule(
    id="TRA-03",
    title="The receiver's message server acknowledges a message",
    inbound=None,
    outbound=Severity.WARN,
    text="The receiver's message server never acknowledged the message, however often it was sent.",
    hint="Contact the receiver, then `budstikke envelopes resend ID`; until then the message did not arrive.",
    source="HIS 1037:2011 5.2",
)
TRA_04 = Rule(
    id="TRA-04",
    title="The receiver's message server takes a message",
    inbound=None,
    outbound=Severity.WARN,
    text="The receiver's message server refused the message: {code}.",
    hint="`budstikke envelopes show ID` has what it said; mend that and send the message again.",
    source="HIS 1037:2011 7",
)
TRA_05 = Rule(
    id="TRA-05",
    title="The signature of an envelope is genuine, and its signer is who sends",
    inbound=Severity.HOLD,
    outbound=None,
    text="The signature of an envelope, or its signer, was not accepted; it was refused.",
    hint="Compare the sender's certificate in Adresseregisteret with the one here; if they differ, get the new one.",
    source="HITS 1172 5.10",
)
TRA_06 = Rule(
    id="TRA-06",
    title="What an envelope carries can be decrypted",
    inbound=Severity.HOLD,
    outbound=None,
    text="What an envelope carries could not be decrypted, or is no well-formed document; it was refused.",
    hint="Look whether the sender has our present certificate, and whether our older keys are still in [trust] own; "
    "`budstikke decrypt` shows what is inside.",
    source="HIS 1037:2011 5.1",
)
TRA_07 = Rule(
    id="TRA-07",
    title="An envelope and the message inside name the same parties",
    inbound=Severity.HOLD,
    outbound=None,
    text="An envelope names other parties than the message inside; it was refused, and nothing was delivered.",
    hint="Treat the message as forged until the sender has explained it.",
    source="HIS 1153-3, own security rule",
)
TRA_08 = Rule(
    id="TRA-08",
    title="A message can be put into an envelope and sent",
    inbound=None,
    outbound=Severity.WARN,
    text="A message could not be put into an envelope, or not be sent: {reason}",
    hint="Mend the cause, then `budstikke deliveries retry ID`.",
    source="HIS 1037:2011 6",
)
TRA_09 = Rule(
    id="TRA-09",
    title="The signer of an envelope can be checked",
    inbound=Severity.HOLD,
    outbound=None,
    text="Whether the signer of an envelope is to be trusted could not be checked; it is held and not acknowledged.",
    hint="`budstikke envelopes show ID` tells why; then `envelopes release ID` or `envelopes reject ID`. "
    "An issuer that could not be asked is asked again every hour.",
    source="[trust] unverifiable",
)
TRA_10 = Rule(
    id="TRA-10",
    title="The header of an envelope can be acted upon",
    inbound=Severity.HOLD,
    outbound=None,
    text="An envelope was refused: {code}.",
    hint="The sender was told why, if it is known here and one of ours could say so; "
    "`budstikke envelopes show ID` has the header.",
    source="HIS 1037:2011 7.2",
)
TRA_11 = Rule(
    id="TRA-11",
    title="Every mail can be opened",
    inbound=Severity.HOLD,
    outbound=None,
    text="A mail was put aside: it could not be opened, by a fault of the adapter or of the machine.",
    hint="The log holds what happened; the mail is kept.",
    source="own safety rule",
)
TRA_12 = Rule(
    id="TRA-12",
    title="A mail can be delivered to its address",
    inbound=None,
    outbound=Severity.WARN,
    text="The mail server could not deliver it to its address: {code}.",
    hint="`budstikke envelopes show ID` has the address; mend it at its source, then `budstikke deliveries retry ID`.",
    source="RFC 3464",
)
TRA_13 = Rule(
    id="TRA-13",
    title="One's own mail server takes mail",
    inbound=None,
    outbound=Severity.WARN,
    text="The mail server of channel {channel} cannot be handed any mail; what goes out waits until it can.",
    hint="`budstikke check --mail` tells what is wrong; once mail goes again, this task is done by itself.",
    source="HIS 1037:2011 5.2",
)
TRA_14 = Rule(
    id="TRA-14",
    title="What an envelope carries is encrypted by a cipher that is relied on",
    inbound=Severity.HOLD,
    outbound=None,
    text="What an envelope carries is encrypted with 3DES, which is not accepted from its sender; it was refused.",
    hint="Ask the sender to encrypt with AES-256 and to send the message anew; until it can, `triple_des_until` of "
    "the party can be a date.",
    source="own security rule",
)

ALL: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
