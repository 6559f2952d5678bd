"""Doing it again on purpose: messages through the adapter, looked at first.

source    the files, and the order in which they belong      remint    new ids and dates, the rest as it was
preview   what would become of them, without doing it        live      into the inboxes, at a rate, and what came of it
index     what the fixtures are expected to come to          report    the outcome in numbers

select    which stored messages are meant                    stored    sending them again: with their ids, or anew
prospect  what would come of that, without doing it          batch     doing it, each once, whatever happens meanwhile
sandbox   doing it into a folder                             review    only deciding again, and what differs

scenario  who sends what and when, as a script               isolated  the adapter on a clock that the script moves
holdings  what everyone has in the end                       compare   the difference to what was expected
"""

from __future__ import annotations
