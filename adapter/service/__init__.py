"""The daemon: the only place where decisions meet the store and the channels.

    daemon    clock, dispatch, signals          worker   what one process does with one task
    pool      worker processes                  parts    everything built from the configuration, once
    inboxes   folders, and backlog, rounds: what is handed out next, of the store and of mail
    arrears   what waited when the daemon started
    intake    channel to store                  judge    what a message is judged by, and what it comes to
    desk      store to decision, by what is known from `earlier`
    commit    decisions into the store          effects  what they begin and end beside their own message
    post      deliveries by folders: stage, commit, publish, commit
    courier   deliveries by mail, and mails in: the rooms of ebXML
    timers    timers that ran out               stays    the end of a stay, which starts some
    acts, envelope_acts, purging    what a person does with messages, deliveries and envelopes
    composing, drafting, approval   a draft: written, changed, sent
    certificates, lookups, witness  what is asked of certificates, addresses and issuers beside the work
    renewal   new certificates and agreements, taken into use without a restart
    stop      SIGTERM and SIGINT                shield, warm   what the fork server loads first
    clock     ticks                             logs, notify, troubles   what others see

A batch costs three commits: received, decided, sent. Whatever is killed between them is taken up again from
the store; a message's verdict is computed anew, a delivery is asked whether it was published.
"""

from __future__ import annotations
