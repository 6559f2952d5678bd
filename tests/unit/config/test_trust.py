"""`[trust]` and the exceptions of parties arrive where signatures are judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pki import NOW, pem, world
from signing import BODY, DSIG, Craft, crafted

from adapter.check.policy import Policy
from adapter.config import Settings, build, load
from adapter.config.load import check
from adapter.errors import ConfigError
from adapter.flow.policy import policy_between
from adapter.trust.pki import TEST_POLICY
from adapter.trust.signature import sign
from adapter.trust.verdict import Fault

CONFIG = """
[adapter]
name = "Test"
environment = "test"

[[party]]
id = "clinic"
role = "clinic"
name = "Poliklinikk"
her_ids = ["8990101"]
channel = "clinic-epj"
{party}

[[channel]]
id = "clinic-epj"
type = "folder"
inbox = "in"
outbox = "out"

[trust]
{trust}
"""


def settings(folder: Path, *, trust: str = "", party: str = "") -> Settings:
    path = folder / "budstikke.toml"
    path.write_text(CONFIG.format(trust=trust, party=party))
    return load(path)


def test_the_roots_are_those_of_the_folder(tmp_path: Path) -> None:
    world().write_anchors(tmp_path / "trusted")
    pair = world().signing
    data = sign(BODY, pair.key, pair.certificate.x509)

    assert build.verifier(settings(tmp_path, trust='roots = "trusted"')).judge(data, at=NOW).is_verified
    assert build.verifier(settings(tmp_path)).judge(data, at=NOW).fault is Fault.NO_ROOTS


def test_a_policy_can_be_demanded(tmp_path: Path) -> None:
    world().write_anchors(tmp_path / "trusted")
    pair = world().signing
    data = sign(BODY, pair.key, pair.certificate.x509)

    for policy, fault in ((TEST_POLICY, None), ("1.2.3", Fault.NO_CHAIN)):
        verifier = build.verifier(settings(tmp_path, trust=f'roots = "trusted"\npolicies = ["{policy}"]'))
        assert verifier.judge(data, at=NOW).fault is fault


def test_roots_that_cannot_be_used_are_told_when_the_daemon_starts(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "leaf.pem").write_bytes(pem(world().signing.certificate))

    for folder in ("absent", "empty", "wrong"):
        with pytest.raises(ConfigError, match=r"trusted certificates|no root"):
            build.verifier(settings(tmp_path, trust=f'roots = "{folder}"'))


def test_an_exception_for_sha_1_is_a_partys_and_ends(tmp_path: Path) -> None:
    found = settings(tmp_path, party="sha1_until = 2026-03-02")
    party = next(iter(build.register(found)))
    data = crafted(BODY, world().signing, Craft(method=f"{DSIG}rsa-sha1"))
    policy = policy_between(Policy(), sender=party, receiver=None)

    assert policy.sha1_until == date(2026, 3, 2)
    verdict = build.verifier(found).judge(data, at=NOW, allows_weak=policy.lets_sha1_through(NOW))
    assert verdict.intact is True
    assert policy_between(Policy(), sender=None, receiver=party).sha1_until is None


def test_an_exception_for_3des_is_a_partys_and_ends_with_its_last_day_in_norway(tmp_path: Path) -> None:
    found = next(iter(build.register(settings(tmp_path, party="triple_des_until = 2026-03-02"))))
    last = datetime(2026, 3, 2, 22, 59, 59, tzinfo=UTC)

    assert found.triple_des_until == date(2026, 3, 2)
    assert found.may_use_triple_des(last)
    assert not found.may_use_triple_des(last + timedelta(seconds=1))


def test_no_party_may_use_3des_unless_it_is_said(tmp_path: Path) -> None:
    for party in ("", "sha1_until = 2026-03-02"):
        (found,) = build.register(settings(tmp_path, party=party))
        assert found.triple_des_until is None
        assert not found.may_use_triple_des(NOW)


@pytest.mark.parametrize(
    ("party", "said"),
    [
        ('triple_des_until = "soon"', "party[0].triple_des_until: should be a valid date"),
        ("triple_des_until = true", "party[0].triple_des_until: should be a valid date"),
        ('triple_des_until = "2026-13-01"', "party[0].triple_des_until: should be a valid date"),
        ("3des_until = 2026-03-02", "party[0].3des_until"),
        ("triple_des = true", "party[0].triple_des"),
    ],
)
def test_a_mistake_in_an_exception_is_named(tmp_path: Path, party: str, said: str) -> None:
    path = tmp_path / "budstikke.toml"
    path.write_text(CONFIG.format(trust="", party=party))

    (problem,) = check(path)
    assert said in str(problem)


@pytest.mark.parametrize(
    ("trust", "said"),
    [
        ('unverifiable = "perhaps"', "trust.unverifiable"),
        ('policies = ["words"]', "object identifier"),
        ('policies = ["1.2", "1.2"]', "more than once"),
        ('root = "x"', "roots"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, trust: str, said: str) -> None:
    path = tmp_path / "budstikke.toml"
    path.write_text(CONFIG.format(trust=trust, party=""))

    (problem,) = check(path)
    assert said in str(problem)
