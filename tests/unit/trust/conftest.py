"""Keys and certificates, made once per process."""

from __future__ import annotations

import pki
import pytest

from adapter.trust.pki import Pair


@pytest.fixture(scope="session")
def world() -> pki.World:
    return pki.world()


@pytest.fixture(scope="session")
def signer(world: pki.World) -> Pair:
    return world.signing
