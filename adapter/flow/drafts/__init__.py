"""Messages that are written for a person to read, change and send: each from the message it is about.

frame        who writes about what; head, ids and references        author     the person who answers for it
question     Helsefaglig dialog: what a referral lacks              status     Status på henvisning
deviation    Tilbakemelding om feil (avvik)                         forwarding Viderehenvisning
content      a referral of any version as Henvisning 2.0            nav        answers and needs to NAV
changes      another text, another author, a new date; what is missing

Pure: the same message, party and time give the same draft, ids included.
"""
