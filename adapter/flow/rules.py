"""The rules that need more than the message itself: the register, the routes, and what came before.

They complete `adapter.check.rules`; the code table of the documentation is made from both. What tells clinicians what
to do in a conversation is Norwegian; it stands in `conversation_rules`.
"""

from __future__ import annotations

from adapter.check.finding import Severity
from adapter.check.rule import Rule
from adapter.flow import conversation_rules, transport_rules

MSG_18 = Rule(
    id="MSG-18",
    title="The sender can be read",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="The sender has no HER-id, so nobody can be answered.",
    hint="Find out who sent it and tell them; the original bytes are kept.",
    quarantines=True,
    source="HITS 1168 5.3",
)
MSG_19 = Rule(
    id="MSG-19",
    title="The sender belongs to the channel the message came by",
    inbound=Severity.HOLD,
    outbound=None,
    text="The message names a sender that does not belong to the channel it came by.",
    hint="Check whether the sender is missing in the configuration; if not, treat the message as forged.",
    source="own security rule",
)
MSG_20 = Rule(
    id="MSG-20",
    title="Messages with the same MsgId say the same",
    inbound=Severity.WARN,
    outbound=None,
    text="The message has the MsgId of message {first} and says something else. It was not delivered.",
    hint="Compare the two, and ask the sender to send what is new with a MsgId of its own; both are kept.",
    source="HITS 1168 5.4: what is ignored is the same message",
)
RTE_01 = Rule(
    id="RTE-01",
    title="The route lets the message through",
    inbound=Severity.HOLD,
    outbound=None,
    text="A route of the configuration holds messages like this one.",
    hint="Release it when it may go on.",
    source="configuration",
)
REC_01 = Rule(
    id="REC-01",
    title="A receipt answers for a message that is known",
    inbound=Severity.INFO,
    outbound=None,
    text="The receipt names a message that is not known here; it may be older than the store.",
    source="domain rules, scenario 22",
)
REC_02 = Rule(
    id="REC-02",
    title="A receipt comes from the party that the message was sent to",
    inbound=Severity.HOLD,
    outbound=None,
    text="The receipt comes from a party that the message was never sent to.",
    hint="Compare sender and original message; if they do not belong together, treat the receipt as forged.",
    source="domain rules, scenario 22",
)
REC_03 = Rule(
    id="REC-03",
    title="The first receipt is final",
    inbound=Severity.WARN,
    outbound=None,
    text="A second receipt says the opposite of the first one, which stands.",
    hint="Ask the receiver which one holds, and tell the sender by other means if it is the second.",
    source="HITS 1168 5.1",
)
REC_04 = Rule(
    id="REC-04",
    title="One receipt for each recipient",
    inbound=Severity.INFO,
    outbound=None,
    text='The adapter gives the receipts of this party (receipts = "adapter"); its system\'s own one is not passed on.',
    hint='Set receipts = "system" for the party if its system shall answer.',
    source="HITS 1168 5.1",
)
REC_05 = Rule(
    id="REC-05",
    title="The receiver took the message",
    inbound=Severity.WARN,
    outbound=None,
    text="The receiver rejected the message.",
    hint="Read the errors of the receipt, correct the message and send it again with a new MsgId.",
    source="HIS 80415:2012 3.3.5",
)
REC_06 = Rule(
    id="REC-06",
    title="A receipt comes soon",
    inbound=Severity.WARN,
    outbound=None,
    text="There is no receipt yet.",
    hint="Look whether the receiver is in operation.",
    source="own deadline, [receipts] notice_after",
)
REC_07 = Rule(
    id="REC-07",
    title="A receipt comes within 96 hours of GenDate",
    inbound=Severity.WARN,
    outbound=None,
    text="There is no receipt within the deadline, so the message counts as rejected.",
    hint="Contact the receiver; send again with a new MsgId if need be. A late positive receipt is still taken.",
    source="HIS 80415:2012 3.3.4",
)
REC_08 = Rule(
    id="REC-08",
    title="The system agrees with the receipt that the adapter gave for it",
    inbound=Severity.WARN,
    outbound=None,
    text="A system rejects a message that the adapter answered for it; that first receipt is final.",
    hint='Tell the sender by other means, and set receipts = "system" for the party if its system shall answer.',
    source="HITS 1168 5.1",
)
REC_09 = Rule(
    id="REC-09",
    title="The receiver exists where the message was sent",
    inbound=Severity.WARN,
    outbound=None,
    text="The receiver does not exist at that address (E21): the address register has changed, or the person has left.",
    hint="Look the address up again; a person decides where to send the message now, if need be on paper.",
    source="domain rules, scenarios 6 and 19",
)
REC_10 = Rule(
    id="REC-10",
    title="A message is sent again only when the first one did not arrive",
    inbound=Severity.WARN,
    outbound=None,
    text="A late receipt confirms a message that was sent again meanwhile: the receiver may have it twice.",
    hint="Tell the receiver which of the two counts.",
    source="domain rules, scenario 4",
)
DLV_01 = Rule(
    id="DLV-01",
    title="A delivery succeeds within its attempts",
    inbound=Severity.WARN,
    outbound=None,
    text="A delivery was given up after the last attempt; the message is kept.",
    hint="Mend the channel, then `budstikke deliveries retry ID`.",
    source="[retries]",
)

ADR_01 = Rule(
    id="ADR-01",
    title="The receiver's HER-id is in Adresseregisteret",
    inbound=None,
    outbound=Severity.BLOCK,
    text="The address register has no valid party with the receiver's HER-id {her_id}.",
    partner="Mottakerens HER-id {her_id} finnes ikke i Adresseregisteret, eller er ikke lenger gyldig.",
    hint="Look the receiver up again; a person decides where to send the message now, if need be on paper.",
    source="domain rules, scenario 6",
)
ADR_02 = Rule(
    id="ADR-02",
    title="Adresseregisteret knows the receiver, as far as anybody could ask",
    inbound=None,
    outbound=Severity.INFO,
    text="The address register was never asked about the receiver's HER-id {her_id}; the configuration is relied on.",
    hint="`budstikke partner lookup HER-ID` tells why.",
    source="domain rules, scenario 6",
)
ADR_03 = Rule(
    id="ADR-03",
    title="What Adresseregisteret said is recent",
    inbound=None,
    outbound=Severity.INFO,
    text="What the address register said about {her_id} is {days} days old or in doubt; it is relied on all the same.",
    hint="`budstikke partner lookup HER-ID` asks again.",
    source="domain rules, scenario 6",
)
INT_01 = Rule(
    id="INT-01",
    title="Every message can be processed",
    inbound=Severity.HOLD,
    outbound=Severity.BLOCK,
    text="The message could not be processed, by a fault of the adapter or of the machine.",
    hint="The log has the trace under the message's number; once that is mended, `budstikke messages retry ID`.",
    quarantines=True,
    source="own safety rule",
)

DRF_02 = Rule(
    id="DRF-02",
    title="A draft is sent or discarded",
    inbound=Severity.WARN,
    outbound=None,
    text="A draft waits for somebody to send or to discard it.",
    hint="`budstikke drafts show ID`, then `drafts approve ID` or `drafts discard ID`.",
    source="domain rules C.1: what a health professional signs, a person sends",
)

CRT_01 = Rule(
    id="CRT-01",
    title="Certificates are renewed in time",
    inbound=Severity.WARN,
    outbound=None,
    text="{text}",
    hint="Order a new one and put it beside the old one, which stays; a partner's is in Adresseregisteret.",
    source="HIS 1037:2011 6.2",
)

ALL = (
    *(MSG_18, MSG_19, MSG_20, RTE_01),
    *(REC_01, REC_02, REC_03, REC_04, REC_05, REC_06, REC_07, REC_08, REC_09, REC_10),
    *(ADR_01, ADR_02, ADR_03),
    *(DLV_01, INT_01, DRF_02, CRT_01),
    *conversation_rules.ALL,
    *transport_rules.ALL,
)
