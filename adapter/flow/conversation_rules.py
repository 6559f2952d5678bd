"""The rules of conversations (CNV) and of deadlines (TIM): what clinicians read on their tasks, in Norwegian."""

from __future__ import annotations

from adapter.check.finding import Severity
from adapter.check.rule import Rule

# --- What a message does not fit ---------------------------------------------------------------------------------

CNV_01 = Rule(
    id="CNV-01",
    title="A reply names a message that is known",
    inbound=Severity.WARN,
    outbound=None,
    text="Meldingen viser til en melding som ikke er kjent her; den er levert som ny.",
    hint="Look for the message it is about under the patient's name.",
    source="domain rules, scenario 22",
)
CNV_01_WAITS = Rule(
    id="CNV-01",
    title="An answer comes after what it answers",
    inbound=Severity.HOLD,
    outbound=None,
    text="Svaret viser til en melding som ikke er kjent her.",
    hint="Release it to deliver it as new; it goes on by itself when the message comes that it answers.",
    source="domain rules, scenario 22",
)
CNV_02 = Rule(
    id="CNV-02",
    title="A reply is about the same patient as what it replies to",
    inbound=Severity.HOLD,
    outbound=None,
    text="Mulig feil pasient: meldingen gjelder en annen pasient enn den meldingen den viser til.",
    hint="Compare the two; ask the sender before it is filed with anybody.",
    source="domain rules, scenario 8 and section D",
)
CNV_03 = Rule(
    id="CNV-03",
    title="A referral is withdrawn before the patient has an appointment",
    inbound=Severity.HOLD,
    outbound=None,
    text="Kanseller time? Henvisningen trekkes tilbake, men pasienten er innkalt.",
    hint="Cancel the appointment if that is right, then release the cancellation.",
    source="domain rules, scenario 13",
)
CNV_04 = Rule(
    id="CNV-04",
    title="A referral is withdrawn before it was forwarded",
    inbound=Severity.WARN,
    outbound=None,
    text="Henvisningen trekkes tilbake, men er videresendt: den nye mottakeren må få vite det.",
    hint="Tell the one it was forwarded to.",
    source="domain rules, scenarios 12 and 13",
)
CNV_05 = Rule(
    id="CNV-05",
    title="A referral is called forwarded when the new receiver has confirmed it",
    inbound=Severity.HOLD,
    outbound=None,
    text="Status «videresendt» venter: den nye mottakeren har ikke bekreftet at viderehenvisningen er mottatt.",
    hint="Release the status when the new receiver has the referral.",
    source="domain rules, scenario 12",
)
CNV_05_UNSEEN = Rule(
    id="CNV-05",
    title="A referral is called forwarded when it was seen to be",
    inbound=Severity.INFO,
    outbound=None,
    text="Status «videresendt» uten at viderehenvisningen er sett her.",
    source="domain rules, scenario 12",
)
CNV_06 = Rule(
    id="CNV-06",
    title="What an answer tells of what was asked for",
    inbound=Severity.INFO,
    outbound=None,
    text="Svaret sier noe om {fact} (svarer på {answered}).",
    hint="Nothing is merged into the referral; a person closes the task about it.",
    source="domain rules, scenario 3",
)
CNV_07 = Rule(
    id="CNV-07",
    title="A referral is withdrawn before it was assessed",
    inbound=Severity.INFO,
    outbound=None,
    text="Henvisningen er trukket tilbake; frister og oppgaver om den er avsluttet.",
    source="domain rules, scenario 13",
)
CNV_08 = Rule(
    id="CNV-08",
    title="A status reaches the referrer",
    inbound=Severity.WARN,
    outbound=None,
    text="Statusmeldingen ble avvist: henviser har ikke fått svar på henvisningen.",
    hint="Correct the status and send it again with a new MsgId; the deadline of the referral runs on.",
    source="domain rules, scenario 11",
)
CNV_09 = Rule(
    id="CNV-09",
    title="A forwarded referral is taken",
    inbound=Severity.WARN,
    outbound=None,
    text="Viderehenvisningen ble avvist: henvisningen er fortsatt deres ansvar.",
    hint="Correct it, send it to somebody else, or assess the referral yourselves.",
    source="domain rules, scenario 12",
)

# --- What somebody asks of somebody -------------------------------------------------------------------------------

CNV_10 = Rule(
    id="CNV-10",
    title="A receiver finds nothing wrong with a message",
    inbound=Severity.WARN,
    outbound=None,
    text="Mottakeren melder feil i en melding dere har sendt.",
    hint="Read the notice and correct what is wrong; a wrong referral is withdrawn and sent anew.",
    source="HIS 1151, domain rules, scenario 8",
)
CNV_10_ADDRESS = Rule(
    id="CNV-10",
    title="A message reaches the right receiver",
    inbound=Severity.WARN,
    outbound=None,
    text="Feil adressat: mottakeren melder at meldingen ikke er til dem.",
    hint="Withdraw it, and send it to the right receiver.",
    source="HIS 1151",
)
CNV_10_LACKING = Rule(
    id="CNV-10",
    title="A message says what the receiver needs to file it",
    inbound=Severity.WARN,
    outbound=None,
    text="Mangelfulle opplysninger: mottakeren kan ikke bruke en melding dere har sendt.",
    hint="Correct it and send it again with a new MsgId.",
    source="HIS 1151",
)
CNV_11 = Rule(
    id="CNV-11",
    title="NAV's request is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV har en forespørsel om pasienten. Frist: 3 uker.",
    source="domain rules A.5, scenario 16",
)
CNV_11_L8 = Rule(
    id="CNV-11",
    title="NAV's request for more information (L8) is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV ber om tilleggsopplysninger (takst L8). Frist: 3 uker.",
    source="domain rules A.5, scenario 16",
)
CNV_11_L40 = Rule(
    id="CNV-11",
    title="NAV's request for a doctor's statement (L40) is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV ber om legeerklæring ved arbeidsuførhet (takst L40). Frist: 3 uker.",
    source="domain rules A.5, scenario 16",
)
CNV_12 = Rule(
    id="CNV-12",
    title="NAV's reminder is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV purrer på svar på en forespørsel.",
    hint="Answer at once; NAV's limit has passed.",
    source="domain rules A.5, scenario 16",
)
CNV_13 = Rule(
    id="CNV-13",
    title="A doctor's statement that NAV sends back is written again",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV har returnert legeerklæringen og ber om en ny.",
    source="domain rules A.5, scenario 16",
)
CNV_14 = Rule(
    id="CNV-14",
    title="A summons to a meeting with NAV is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV innkaller til dialogmøte; svar om du kommer.",
    source="domain rules A.5, scenario 18",
)
CNV_14_MOVED = Rule(
    id="CNV-14",
    title="A changed summons to a meeting with NAV is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV har endret tid eller sted for dialogmøtet; svar om du kommer.",
    source="domain rules A.5, scenario 18",
)

# --- Deadlines ----------------------------------------------------------------------------------------------------

TIM_01 = Rule(
    id="TIM-01",
    title="A referral is assessed in good time",
    inbound=Severity.WARN,
    outbound=None,
    text="Henvisningen er ikke vurdert; fristen for svar nærmer seg.",
    hint="Assess it and send a status to the referrer.",
    source="pasient- og brukerrettighetsloven § 2-2, [timers] assessment_notice",
)
TIM_02 = Rule(
    id="TIM-02",
    title="A referral is assessed within 10 working days",
    inbound=Severity.WARN,
    outbound=None,
    text="Fristen er ute: henvisningen er ikke vurdert, eller henviser har ikke fått svar.",
    hint="Assess it at once and send a status to the referrer.",
    source="pasient- og brukerrettighetsloven § 2-2, [timers] assessment",
)
TIM_03 = Rule(
    id="TIM-03",
    title="A question to the referrer is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="Henviser har ikke svart på spørsmålet; fristen for å vurdere henvisningen løper videre.",
    hint="Ask again by telephone, or assess the referral as it stands.",
    source="own deadline, [timers] supplement",
)
TIM_04 = Rule(
    id="TIM-04",
    title="NAV's request is answered in good time",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV venter på svar; fristen nærmer seg.",
    source="domain rules E, [timers] nav_reminders",
)
TIM_05 = Rule(
    id="TIM-05",
    title="NAV's request is answered the day before the limit",
    inbound=Severity.WARN,
    outbound=None,
    text="NAV venter på svar; fristen er i ferd med å gå ut.",
    source="domain rules E, [timers] nav_reminders",
)
TIM_06 = Rule(
    id="TIM-06",
    title="NAV's request is answered within 21 days",
    inbound=Severity.WARN,
    outbound=None,
    text="Fristen er ute: NAV har ikke fått svar.",
    source="domain rules E, [timers] nav_limit",
)
TIM_07 = Rule(
    id="TIM-07",
    title="A referral to a frisklivssentral is answered",
    inbound=Severity.WARN,
    outbound=None,
    text="Avtalt svartid er ute: henvisningen til frisklivssentralen er ikke besvart.",
    source="domain rules C.5, [timers] service",
)
TIM_08 = Rule(
    id="TIM-08",
    title="An epikrise is written in good time",
    inbound=Severity.WARN,
    outbound=None,
    text="Oppholdet er avsluttet, og epikrisen er ikke sendt.",
    source="domain rules B.3, [timers] epikrise_notice",
)
TIM_09 = Rule(
    id="TIM-09",
    title="An epikrise is sent within 7 days",
    inbound=Severity.WARN,
    outbound=None,
    text="Fristen er ute: epikrisen er ikke sendt.",
    source="domain rules B.3, [timers] epikrise",
)
TIM_10 = Rule(
    id="TIM-10",
    title="What a message waits for comes within a day",
    inbound=Severity.HOLD,
    outbound=None,
    text="Meldingen hører til en annen melding som ikke er kommet; en person må avgjøre hva som skal skje med den.",
    hint="Release it to deliver it as it stands, or find out with the sender what became of the other message.",
    source="domain rules E, [timers] park",
)

#: What the sender's own people must look at, not the receiver's.
FOR_THE_SENDER = frozenset({CNV_05.id})

#: What cannot wait until somebody looks at the list.
ALARMS = frozenset({CNV_08.id, CNV_09.id})

ALL: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
