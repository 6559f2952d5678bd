"""Private keys: read once from a file, with a passphrase from a file or the environment, and never shown."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapter.errors import KeyUnusable

#: The environment variable that holds the passphrase where no file does.
ENVIRONMENT = "BUDSTIKKE_KEY_PASSPHRASE"


def load_key(path: Path, passphrase: bytes | None = None) -> rsa.RSAPrivateKey:
    """Return the RSA key of a PEM file; OSError, KeyUnusable.

    The error never says more than that the key could not be read: not why, and nothing of what is in the file.
    """
    data = path.read_bytes()
    try:
        key = load_pem_private_key(data, passphrase)
    except TypeError:
        needed = "needs a passphrase" if passphrase is None else "is not protected by a passphrase"
        raise KeyUnusable(f"The key in {path} {needed}.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnusable(f"The key in {path} cannot be read, or its passphrase is another.") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyUnusable(f"The key in {path} is no RSA key.")
    return key


def passphrase_of(file: Path | None) -> bytes | None:
    """Return the first line of a file, or of the environment variable; None where there is neither."""
    if file is not None:
        return file.read_bytes().partition(b"\n")[0].rstrip(b"\r") or None
    return os.environ.get(ENVIRONMENT, "").encode() or None
