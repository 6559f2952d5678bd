"""What a message can be about, in the standards that are read here."""

from __future__ import annotations

from adapter.message.dialogmelding import Dialogmelding
from adapter.message.epikrise import Epikrise
from adapter.message.henvisning import Henvisning
from adapter.message.legeerklaering import Legeerklaering
from adapter.message.sykmelding import Sykmelding

Payload = Dialogmelding | Henvisning | Epikrise | Sykmelding | Legeerklaering
