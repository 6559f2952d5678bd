"""The daemon: the only place where decisions meet the store and the channels.

    daemon  clock, dispatch, signals          worker   what one process does with one task
    intake  channel to store                  desk     store to decision, and the decision into the store
    post    deliveries: stage, commit, publish, commit
    timers  timers that ran out               acts     what a person does
    pool    worker processes                  parts    everything built from the configuration, once
    stop    SIGTERM and SIGINT                shield   the fork server's deaf ear
    clock   ticks                             logs, notify   what others see

A batch costs three commits: received, decided, sent. Whatever is killed between them is taken up again from
the store; a message's verdict is computed anew, a delivery is asked whether it was published.
"""

from __future__ import annotations
