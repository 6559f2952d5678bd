"""By which measure a message is checked."""

from __future__ import annotations

from adapter.check.finding import Direction
from adapter.check.policy import Policy
from adapter.flow.policy import policy_between
from adapter.partner.register import Partner

CLINIC = Partner(
    id="clinic", role="clinic", name="Poliklinikk", her_ids=("1",), channel="c", profiles=("amo",), is_dedicated=True
)
STRICT = Partner(
    id="vendor",
    role="other",
    name="Leverandør",
    her_ids=("2",),
    channel="v",
    tolerance=frozenset(),
    strict_sender=True,
    signature_required=True,
)


def test_the_receiver_gives_the_profiles_and_the_sender_the_tolerance() -> None:
    policy = policy_between(Policy(), sender=STRICT, receiver=CLINIC)

    assert (policy.profiles, policy.is_dedicated) == (("amo",), True)
    assert (policy.tolerance, policy.strict_sender, policy.signature_required) == (frozenset(), True, True)


def test_what_is_unknown_stays_as_it_was() -> None:
    base = Policy(direction=Direction.OUTBOUND, environment="prod")

    assert policy_between(base, sender=None, receiver=None) == base
    assert policy_between(base, sender=None, receiver=CLINIC).environment == "prod"


def test_the_receiver_says_which_kinds_its_system_takes() -> None:
    assert "sykmelding" in Policy().accepts
    assert policy_between(Policy(), sender=STRICT, receiver=CLINIC).accepts == {
        "henvisning",
        "dialogmelding",
        "epikrise",
    }
