"""Identifiers sort by time, and a malformed one names nothing."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credcore.errors import NotFound
from credcore.ids import parse_id, uuid7
from credcore.memory import RandomIds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(EPOCH.replace(tzinfo=None), EPOCH.replace(year=2200, tzinfo=None), timezones=st.just(UTC))
NOISE = st.binary(min_size=10, max_size=10)


@given(MOMENTS, NOISE)
@example(datetime(2038, 12, 12, 6, 30, 25, 75_000, tzinfo=UTC), b"0123456789")  # where binary fractions fall short
def test_an_identifier_is_a_uuid_of_version_7_that_tells_its_millisecond(moment: datetime, noise: bytes) -> None:
    made = uuid7(moment, lambda size: noise[:size])
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == (moment - EPOCH) // timedelta(milliseconds=1)


@given(MOMENTS, NOISE, NOISE)
def test_an_identifier_made_a_millisecond_later_sorts_later(moment: datetime, first: bytes, second: bytes) -> None:
    later = moment + timedelta(milliseconds=1)
    assert uuid7(moment, lambda size: first) < uuid7(later, lambda size: second)


@given(NOISE, NOISE)
def test_the_random_bits_tell_identifiers_of_one_moment_apart(first: bytes, second: bytes) -> None:
    mask = (0xFFF << 68) | (2**62 - 1)
    same = int.from_bytes(first, "big") & mask == int.from_bytes(second, "big") & mask
    assert (uuid7(EPOCH, lambda size: first) == uuid7(EPOCH, lambda size: second)) is same


@given(st.uuids())
def test_an_identifier_is_read_back_from_its_text_in_either_case(id: UUID) -> None:
    assert parse_id(str(id), "assessment") == id
    assert parse_id(str(id).upper(), "assessment") == id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "not-an-id",
        "01935b6e0c5e7000800000000000000g",
        "01935b6e0c5e70008000000000000001",
        "{01935b6e-0c5e-7000-8000-000000000001}",
        "urn:uuid:01935b6e-0c5e-7000-8000-000000000001",
        "01935b6e-0c5e-7000-8000-00000000000\u0661",
        " 01935b6e-0c5e-7000-8000-000000000001",
    ],
)
def test_a_malformed_identifier_names_nothing(text: str) -> None:
    with pytest.raises(NotFound) as refused:
        parse_id(text, "assessment")
    assert refused.value.what == "assessment"


def test_identifiers_made_one_after_the_other_stand_in_that_order_even_within_a_millisecond() -> None:
    at_once = RandomIds(clock=lambda: EPOCH)
    made = [at_once.new_id() for _ in range(1_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(id.version == 7 for id in made)


def test_a_secret_has_256_bits_and_never_comes_again() -> None:
    ids = RandomIds()
    made = {ids.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.urlsafe_b64decode(secret + "=")) * 8 for secret in made} == {256}
