"""The keys that sign access tokens."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from builders import NOON
from credcore_app.fault import Fault
from credcore_app.signing import key_id, keys_in, signing_keys
from credcore_pg import PostgresStores

# The key and the thumbprint of RFC 8037, appendices A.1 and A.3.
PRIVATE = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_key_is_named_by_its_thumbprint() -> None:
    assert key_id(Ed25519PrivateKey.from_private_bytes(PRIVATE)) == THUMBPRINT


def test_a_file_gives_its_keys_in_order_so_that_the_last_one_signs(tmp_path: Path) -> None:
    keys = [Ed25519PrivateKey.generate() for _ in range(3)]
    file = tmp_path / "keys.pem"
    file.write_bytes(b"the old one:\n" + b"\n".join(map(pem, keys)))
    assert list(keys_in(file)) == [key_id(key) for key in keys]


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----"]
)
def test_a_file_without_a_key_is_refused_without_repeating_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "keys.pem"
    file.write_bytes(content)
    with pytest.raises(Fault, match=r"^CREDCORE_SIGNING_KEYS: ") as refused:
        keys_in(file)
    assert "nonsense" not in str(refused.value)


def test_a_key_behind_a_password_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys.pem"
    file.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
    )
    with pytest.raises(Fault, match=r"key 1 in .*keys\.pem cannot be read as it is"):
        keys_in(file)


async def test_without_a_file_a_key_is_made_once_and_found_by_all(postgres: PostgresStores) -> None:
    made = await signing_keys(postgres.keys, None, NOON)
    again = await signing_keys(postgres.keys, None, NOON)
    assert list(made) == list(again)
    assert [key.private_bytes_raw() for key in made.values()] == [key.private_bytes_raw() for key in again.values()]


async def test_with_a_file_no_key_is_made(postgres: PostgresStores, tmp_path: Path) -> None:
    file = tmp_path / "keys.pem"
    file.write_bytes(pem(Ed25519PrivateKey.from_private_bytes(PRIVATE)))
    assert list(await signing_keys(postgres.keys, file, NOON)) == [THUMBPRINT]
    assert await postgres.keys.load() == ()
