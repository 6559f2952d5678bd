"""Parties behind one channel: by a folder they share a delivery, by mail each has its own."""

from __future__ import annotations

from dataclasses import replace

from building import CLINIC, Decide, party, referral, report

from adapter.flow.context import Context, Route
from adapter.flow.decision import RELAY, Decision
from adapter.flow.schedule import Schedule

CENTRAL = ("8990300", "8990301")
TO_BOTH = referral(other_receivers=(party(*CENTRAL, role="COP"),))


def relays(decision: Decision) -> list[tuple[str, str | None]]:
    """Return where the message itself goes, and to whom."""
    return [(item.channel, item.party) for item in decision.dispatches if item.made is RELAY]


def test_parties_behind_a_folder_share_one_delivery(decided: Decide) -> None:
    decision = decided(report(TO_BOTH))

    assert relays(decision) == [("clinic-epj", "clinic")]
    assert [item.after for item in decision.dispatches if item.made is not RELAY] == [0, 0]


def test_parties_behind_a_mail_channel_have_a_delivery_each_and_receipts_wait_for_their_own(
    decided: Decide, context: Context
) -> None:
    within = replace(context, reliable_channels=frozenset({"clinic-epj"}))

    decision = decided(report(TO_BOTH), within=within)

    assert relays(decision) == [("clinic-epj", "clinic"), ("clinic-epj", "central")]
    assert [item.after for item in decision.dispatches if item.made is not RELAY] == [0, 1]


def test_a_copy_by_a_route_goes_once_by_mail(decided: Decide, context: Context) -> None:
    route = Route(name="copy", channels=("clinic-epj", "mail"), schedule=Schedule.parse("at once"))
    within = replace(context, routes=(route,), reliable_channels=frozenset({"mail"}))

    decision = decided(report(TO_BOTH), within=within)

    assert relays(decision) == [("clinic-epj", "clinic"), ("mail", None)]


def test_a_message_to_one_party_is_one_delivery_by_either(decided: Decide, context: Context) -> None:
    within = replace(context, reliable_channels=frozenset({"clinic-epj"}))
    plain = referral(receiver=party(*CLINIC))
    assert relays(decided(report(plain))) == relays(decided(report(plain), within=within)) == [("clinic-epj", "clinic")]
