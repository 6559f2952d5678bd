"""What every worker needs sooner or later. The fork server loads this module, and with it all of that, once."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

from adapter.check import profile
from adapter.flow.span import Span

for _codec in ("apprec", "dialogmelding", "epikrise", "henvisning1", "henvisning2", "legeerklaering", "sykmelding"):
    import_module(f"adapter.wire.{_codec}")
profile.every()
# the library of public holidays is slow to load
Span(10, "working days").after(datetime.now(UTC))
