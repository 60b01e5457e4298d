"""The keys that sign access tokens: the operator's own, or one that is made once and kept in the database."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from credcore_app.fault import Fault
from credcore_pg import SigningKeys

_BLOCK = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----.*?-----END [A-Z0-9 ]+-----", re.DOTALL)
_REMEDY = "make one with `openssl genpkey -algorithm ed25519`, or unset CREDCORE_SIGNING_KEYS"


async def signing_keys(stored: SigningKeys, file: Path | None) -> dict[str, Ed25519PrivateKey]:
    """Keys by id, the one that signs last.

    Raises:
        Fault: the file is not one of Ed25519 keys.
    """
    if file is not None:
        return keys_in(file)
    current = await stored.ensure(_generate)
    keys = {key.kid: Ed25519PrivateKey.from_private_bytes(key.private_key) for key in await stored.load()}
    keys[current.kid] = keys.pop(current.kid)
    return keys


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
