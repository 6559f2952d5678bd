"""By which measure a message is checked: what its receiver demands, and what its sender is forgiven."""

from __future__ import annotations

from dataclasses import replace

from adapter.check.policy import Policy
from adapter.partner.register import Partner


def policy_between(base: Policy, *, sender: Partner | None, receiver: Partner | None) -> Policy:
    """Return the policy for messages between two parties; what is unknown of them stays as in `base`.

    To judge by one partner alone, name it as both.
    """
    policy = base
    if sender is not None:
        policy = replace(
            policy,
            tolerance=sender.tolerance,
            strict_sender=sender.strict_sender,
            signature_required=sender.signature_required,
            sha1_until=sender.sha1_until,
        )
    if receiver is not None:
        policy = replace(
            policy,
            profiles=receiver.profiles,
            is_dedicated=receiver.is_dedicated,
            service_type=receiver.service_type,
            agreed_type=receiver.agreed_type,
            municipality=receiver.municipality,
            accepts=receiver.accepts,
            relays_unsupported=receiver.relays_unsupported,
            receiver_her_ids=frozenset(receiver.her_ids),
        )
    return policy
