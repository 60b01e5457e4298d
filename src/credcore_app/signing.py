"""The keys that sign access tokens: the operator's own, or one that is made once and kept in the database."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from credcore_app.fault import Fault
from credcore_pg import SigningKey, SigningKeys

_BLOCK = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----.*?-----END [A-Z0-9 ]+-----", re.DOTALL)
_REMEDY = "make one with `openssl genpkey -algorithm ed25519`, or unset CREDCORE_SIGNING_KEYS"


HEARD_OF_AFTER = timedelta(seconds=10)
"""Servers look for new keys every second or so. Before all know one, nothing is signed with it."""
VERIFIES_ON = HEARD_OF_AFTER + timedelta(hours=24, minutes=1)
"""So long after a key was retired the last token that it signed has expired: 24 hours are the most that one lives."""


async def signing_keys(stored: SigningKeys, file: Path | None, now: datetime) -> dict[str, Ed25519PrivateKey]:
    """Keys by id, the one that signs last.

    Raises:
        Fault: the file is not one of Ed25519 keys.
    """
    if file is not None:
        return keys_in(file)
    await stored.ensure(_generate)
    in_use = keys_in_use(await stored.load(), now)
    return {key.kid: Ed25519PrivateKey.from_private_bytes(key.private_key) for key in in_use}


def keys_in_use(keys: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    """Those that verify, the one that signs last: the newest that every server has heard of by now.

    A retired key goes when nothing that it signed can still be good.
    """
    live = sorted(
        (key for key in keys if key.retired_at is None or now < key.retired_at + VERIFIES_ON),
        key=lambda key: (key.created_at, key.kid),
    )
    heard_of = [key for key in live if key.created_at + HEARD_OF_AFTER <= now]
    signs = (heard_of or live[:1])[-1]
    return [*(key for key in live if key is not signs), signs]


async def rotated(stored: SigningKeys, file: Path | None) -> SigningKey:
    """Brings in a new key. Raises Fault where the keys are the operator's own."""
    if file is not None:
        raise Fault("the keys stand in the file of CREDCORE_SIGNING_KEYS; add a new one at its end instead")
    return await stored.rotate(_generate)


def keys_in(file: Path) -> dict[str, Ed25519PrivateKey]:
    """Raises Fault, which never repeats anything of the file's content."""
    try:
        blocks = _BLOCK.findall(file.read_bytes())
    except OSError as problem:
        raise Fault(f"CREDCORE_SIGNING_KEYS: {file} cannot be read ({problem.strerror}); {_REMEDY}") from None
    if not blocks:
        raise Fault(f"CREDCORE_SIGNING_KEYS: {file} holds no key in PEM form; {_REMEDY}")
    keys = [_key(block, place, file) for place, block in enumerate(blocks, 1)]
    return {key_id(key): key for key in keys}


def _key(block: bytes, place: int, file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(block, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Fault(f"CREDCORE_SIGNING_KEYS: key {place} in {file} cannot be read as it is; {_REMEDY}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Fault(f"CREDCORE_SIGNING_KEYS: key {place} in {file} is not an Ed25519 key; {_REMEDY}")
    return key


def key_id(key: Ed25519PrivateKey) -> str:
    """The key's thumbprint (RFC 7638, with the members that RFC 8037 requires of an Ed25519 key)."""
    x = _base64(key.public_key().public_bytes_raw())
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return _base64(hashlib.sha256(members.encode()).digest())


def _generate() -> tuple[str, bytes]:
    key = Ed25519PrivateKey.generate()
    return key_id(key), key.private_bytes_raw()


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
