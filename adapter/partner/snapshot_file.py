"""Snapshots as files: a folder of JSON or TOML, one file for each party and agreement.

The keys are the fields of `Snapshot` and of the values inside it; what has its default is left out. Times are ISO
8601, durations as in the configuration ("12h"), certificates Base64 of DER. An unknown key is a mistake.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from adapter.errors import CertificateUnreadable, SnapshotUnreadable
from adapter.partner.codec import built, plain
from adapter.partner.snapshot import Snapshot

_SUFFIXES = frozenset({".json", ".toml"})
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


def read_folder(folder: Path) -> tuple[Snapshot, ...]:
    """Return the snapshots of a folder, in the order of their file names; OSError, SnapshotUnreadable."""
    files = sorted(file for file in folder.iterdir() if file.suffix in _SUFFIXES and not file.name.startswith("."))
    return tuple(read_file(file) for file in files)


def read_file(file: Path) -> Snapshot:
    """Return the snapshot of a file; OSError, SnapshotUnreadable."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
        return _snapshot(data)
    except ValueError as error:
        # JSON, TOML, UTF-8 and what is wrong inside: each is a ValueError that says where
        raise SnapshotUnreadable(f"{file}: {error}") from None
    except RecursionError:
        raise SnapshotUnreadable(f"{file} has tables within tables without end") from None


def write(snapshot: Snapshot) -> bytes:
    """Return the JSON of a snapshot; reading it gives the same one."""
    return json.dumps(plain(snapshot), ensure_ascii=False, indent=2).encode() + b"\n"


def file_name(snapshot: Snapshot) -> str:
    """Return the name for a snapshot's file: by its HER-id and its agreement."""
    agreement = _NOT_IN_NAMES.sub("-", snapshot.agreement or "").strip("-")[:80]
    return "-".join(part for part in (snapshot.her_ids[0], agreement.lower()) if part) + ".json"


def save(snapshot: Snapshot, folder: Path) -> Path:
    """Write a snapshot into a folder, in the place of an earlier one; the file appears whole. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name(snapshot)
    unfinished = folder / f".{file.name}.tmp"
    unfinished.write_bytes(write(snapshot))
    return unfinished.replace(file)


def _snapshot(data: object) -> Snapshot:
    found = built(Snapshot, data)
    if not found.her_ids or not all(her_id.isascii() and her_id.isdigit() for her_id in found.her_ids):
        raise ValueError("her_ids should name at least one HER-id, digits only")
    for position, credential in enumerate(found.credentials):
        try:
            _ = credential.certificate
        except CertificateUnreadable as error:
            raise ValueError(f"credentials[{position}].der: {error}") from None
    return found
