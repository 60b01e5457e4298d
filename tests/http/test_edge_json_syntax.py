"""Which bodies are JSON that everybody reads alike."""

from __future__ import annotations

import gc
import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore_http.edge.json_syntax import MalformedJson, check, lone_surrogate

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_what_a_json_writer_writes_is_accepted(value: object) -> None:
    check(json.dumps(value).encode())
    check(json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "replace"))


@given(st.binary(max_size=60) | st.text('{}[]",:\\ 019e.-+truefalsn\n', max_size=60).map(str.encode))
def test_what_is_accepted_is_json_and_anything_else_malformed(body: bytes) -> None:
    try:
        check(body)
    except MalformedJson:
        return
    json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b'{"a": 1,}',
        b'{"a": 1} x',
        b"'a'",
        b'"unfinished',
        b'"\x01"',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"NaN",
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 1}',
        b'{"a": 1, "\\u0061": 1}',
        b'[{"b": {"a": 1, "a": 2}}]',
        b"1" * 65,
        b'{"a": -' + b"1" * 40 + b"." + b"1" * 24 + b"e1}",
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 65 + b"1" + b"}" * 65,
    ],
)
def test_these_bodies_are_malformed(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        check(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 64 + b"]" * 64,
        b"-" + b"1" * 62 + b".1",
        b'"' + b"[" * 1_000 + b'"',
        b'"' + b"1" * 1_000 + b'"',
        b'{"a": "\\"[[{", "b": "\\\\"}',
        b'[{"a": 1}, {"a": 1}]',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b"true",
    ],
)
def test_these_bodies_are_well_formed(body: bytes) -> None:
    check(body)


@pytest.mark.parametrize(
    "unit",
    [
        b"[",
        b"{}, ",
        b"[],",
        b"1,",
        b"1.5,",
        b'"",',
        b'"',
        b'\\"',
        b'"\\"',
        b"\\",
        b'{"a":1},',
        b"[" * 60 + b"]" * 60 + b",",
    ],
)
def test_no_body_costs_more_than_its_size(unit: bytes, request: pytest.FixtureRequest) -> None:
    # The collector goes over everything that the test run holds: not the scanner's work.
    gc.disable()
    request.addfinalizer(gc.enable)

    def seconds(size: int) -> float:
        body = b"[" + unit * (size // len(unit))
        began = process_time()
        with pytest.raises(MalformedJson):
            check(body)
        return process_time() - began

    # Eight times the size may cost eight times as much; quadratic work would cost 64 times as much.
    small = min(seconds(65_536) for _ in range(5))
    large = min(seconds(8 * 65_536) for _ in range(3))
    assert large < 30 * small


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"a": [1, {"b/c~d": "\\udfff"}]}', "/a/1/b~1c~0d"),
        (b'"\\ud800"', ""),
        (b'{"a": {"\\ud800": 1}}', "/a"),
        (b'{"a": "\\ud83d\\ude00"}', None),
    ],
)
def test_half_a_surrogate_pair_is_found(body: bytes, pointer: str | None) -> None:
    assert lone_surrogate(body) == pointer
