"""The register, the context and the decision that most tests of the flow start from."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from building import NOW, Decide, Earlier

from adapter.check.finding import Report
from adapter.flow.context import Arrival, Context
from adapter.flow.decide import decide
from adapter.flow.decision import Decision
from adapter.partner.register import Partner, Register


@pytest.fixture
def register() -> Register:
    return Register(
        [
            Partner(
                id="referrer",
                role="referrer",
                name="Legekontor",
                her_ids=("8990201",),
                parent_her_id="8990200",
                channel="referrer-epj",
            ),
            Partner(
                id="clinic",
                role="clinic",
                name="Poliklinikk",
                her_ids=("8990101",),
                parent_her_id="8990100",
                channel="clinic-epj",
                profiles=("amo",),
            ),
            Partner(id="nav", role="nav", name="NAV", her_ids=("79768",), channel="nav", receipts="system"),
            Partner(
                id="central",
                role="frisklivssentral",
                name="Frisklivssentral",
                her_ids=("8990301",),
                parent_her_id="8990300",
                channel="clinic-epj",
            ),
        ]
    )


@pytest.fixture
def context(register: Register) -> Context:
    return Context(register=register)


@pytest.fixture
def decided(context: Context) -> Decide:
    """Decide about a report; the message came by its sender's channel unless said otherwise."""

    def run(
        checked: Report,
        *,
        channel: str = "referrer-epj",
        earlier: Sequence[Earlier] = (),
        number: int = 7,
        within: Context = context,
        **more: object,
    ) -> Decision:
        arrival = Arrival(id=number, channel=channel, data=b"<x/>", received_at=NOW)
        return decide(arrival, checked, within, earlier=earlier, now=NOW, **more)

    return run
