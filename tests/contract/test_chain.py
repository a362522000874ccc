"""Signatures hold for exactly what was signed."""

from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from contract import chain

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
CHAIN = UUID(int=7)


def test_a_signature_is_the_keys_own() -> None:
    data = chain.checkpoint_bytes(CHAIN, 3, "a" * 64)
    signature = chain.sign(KEY, data)
    assert chain.verify(KEY.public_key(), signature, data)
    assert not chain.verify(OTHER.public_key(), signature, data)


def test_every_part_of_a_checkpoint_is_signed() -> None:
    signature = chain.sign(KEY, chain.checkpoint_bytes(CHAIN, 3, "a" * 64))
    for changed in (
        chain.checkpoint_bytes(UUID(int=8), 3, "a" * 64),
        chain.checkpoint_bytes(CHAIN, 4, "a" * 64),
        chain.checkpoint_bytes(CHAIN, 3, "b" * 64),
        chain.upload_bytes("booth-1", "a" * 64, 3, "now"),
    ):
        assert not chain.verify(KEY.public_key(), signature, changed)


@given(st.text(max_size=120))
def test_nonsense_is_no_signature(signature: str) -> None:
    assert not chain.verify(KEY.public_key(), signature, b"data")
