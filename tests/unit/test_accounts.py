"""What a valid address, name and password is, how refresh tokens follow each other, and who may do what."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, account, ids, partner
from credcore.accounts import (
    ABSOLUTE_LIFETIME,
    IDLE_LIFETIME,
    OVERLAP,
    Caller,
    CallerKind,
    RefreshOutcome,
    RefreshToken,
    Scope,
    UserRole,
    parse_email,
    parse_name,
    parse_password,
    refresh_outcome,
    successor,
    token_hash,
)
from credcore.errors import Forbidden, InvalidValue
from credcore.partners import parse_partner_name
from credcore.rights import require_person, require_role, require_scope

# --- e-mail -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("ada@example.org", "ada@example.org"),
        ("  Ada.King@Example.ORG\n", "ada.king@example.org"),
        ("ada+credcore@uni.example.ac.uk", "ada+credcore@uni.example.ac.uk"),
        ("o'neill@example.org", "o'neill@example.org"),
        ("e\u0301va@example.org", "\u00e9va@example.org"),
        ("ada@b\u00fccher.example", "ada@b\u00fccher.example"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
    ],
)
def test_an_address_is_stored_in_one_form_however_it_is_written(written: str, stored: str) -> None:
    assert parse_email(written) == stored
    assert parse_email(stored) == stored


@pytest.mark.parametrize(
    "written",
    [
        "ada",
        "@example.org",
        "ada@",
        "ada@localhost",
        "ada@example.",
        "ada@.org",
        "ada@example..org",
        "a da@example.org",
        "ada@exam ple.org",
        "ada@king@example.org",
        '"ada"@example.org',
        "Ada <ada@example.org>",
        "ada@example.org,eve@example.org",
        "ada@[127.0.0.1]",
        f"{'a' * 65}@example.org",
    ],
)
def test_what_no_mail_could_reach_is_no_address(written: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_email(written, "/advisorEmail")
    assert (refused.value.pointer, refused.value.detail) == ("/advisorEmail", "is not an e-mail address")


@pytest.mark.parametrize(
    ("written", "detail"),
    [
        ("", "must not be empty"),
        (f"ada@{'x' * 250}.org", "must have at most 254 characters"),
        ("ada@example.org\x00", "must not contain the NUL character"),
        ("ada\n@example.org", "must be one line without control characters"),
        ("a\u200bda@example.org", "must not contain U+200B (zero width space), which cannot be seen"),
        ("\u202eada@example.org", "must not contain U+202E (right-to-left override), which cannot be seen"),
        ("ada@exam\u00adple.org", "must not contain U+00AD (soft hyphen), which cannot be seen"),
        ("ad\u200da@example.org", "must not contain U+200D (zero width joiner), which cannot be seen"),
        ("ada\ufe0f@example.org", "must not contain U+FE0F (variation selector-16), which cannot be seen"),
    ],
)
def test_an_address_is_one_storable_line(written: str, detail: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_email(written)
    assert (refused.value.pointer, refused.value.detail) == ("/email", detail)


@given(st.emails())
def test_every_ordinary_address_is_one_and_reading_it_again_changes_nothing(address: str) -> None:
    plain = not set(address) & set('<>(),;:"[]\\')
    if plain and len(address.partition("@")[0]) <= 64:
        assert parse_email(parse_email(address)) == parse_email(address)


def test_a_name_is_one_line_of_at_most_two_hundred_characters() -> None:
    assert parse_name(" Ada King ") == "Ada King"
    with pytest.raises(InvalidValue, match="/name: must have at most 200"):
        parse_name("x" * 201)


def test_a_name_typed_in_another_normal_form_is_the_same_name() -> None:
    assert parse_name("Zoe\u0308 \u212bberg") == "Zo\u00eb \u00c5berg"
    assert parse_name("e\u0301" * 200) == "\u00e9" * 200


@pytest.mark.parametrize("parse", [parse_name, parse_partner_name])
def test_a_name_hides_nothing(parse: Callable[[str], str]) -> None:
    with pytest.raises(InvalidValue, match=r"/name: must not contain U\+202E"):
        parse("Ada\u202e")


# --- password ---------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=15, max_size=60))
def test_a_password_typed_in_another_normal_form_is_the_same_password(text: str) -> None:
    def parsed(form: str) -> str:
        return parse_password(unicodedata.normalize(form, text), min_length=1)  # type: ignore[arg-type]  # a form's name

    if len(unicodedata.normalize("NFKC", text)) <= 128:
        assert parsed("NFC") == parsed("NFD") == parsed("NFKC") == parsed("NFKD")


@pytest.mark.parametrize(
    "password",
    ["fifteen letters", "   leading and trailing   ", "\N{SNOWMAN}" * 15, "line\nbreaks are characters", "1" * 15],
)
def test_length_is_the_only_rule_and_nothing_is_cut_away(password: str) -> None:
    assert parse_password(password, min_length=15) == password


@pytest.mark.parametrize(
    ("password", "detail"),
    [
        ("fourteen chars", "must have at least 15 characters"),
        ("e\u0301" * 14, "must have at least 15 characters"),
        ("", "must have at least 15 characters"),
        ("x" * 129, "must have at most 128 characters"),
        ("x" * 100_000, "must have at most 512 characters"),
        ("\ufdfa" * 20, "must have at most 128 characters"),
        ("x" * 20 + "\x00", "must not contain the NUL character"),
        ("x" * 20 + "\ud800", "must not contain half of a surrogate pair"),
    ],
)
def test_a_password_too_short_too_long_or_unstorable_is_refused(password: str, detail: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_password(password, min_length=15)
    assert (refused.value.pointer, refused.value.detail) == ("/password", detail)


# --- refresh tokens ---------------------------------------------------------------------------------------------------

TINY = timedelta(microseconds=1)


def token(
    *,
    issued: datetime = NOON,
    started: datetime = NOON,
    spent: datetime | None = None,
    successor_spent: bool = False,
    revoked: bool = False,
) -> RefreshToken:
    return RefreshToken(
        family_id=ids.new_id(),
        issued_at=issued,
        family_started_at=started,
        spent_at=spent,
        successor_spent=successor_spent,
        family_revoked=revoked,
    )


ROTATE, SAME, REVOKE, REFUSE = RefreshOutcome


@pytest.mark.parametrize(
    ("presented", "now", "outcome"),
    [
        (token(), NOON, ROTATE),
        (token(), NOON + IDLE_LIFETIME - TINY, ROTATE),
        (token(), NOON + IDLE_LIFETIME, REFUSE),
        (token(issued=NOON + timedelta(days=29)), NOON + ABSOLUTE_LIFETIME - TINY, ROTATE),
        (token(issued=NOON + timedelta(days=29)), NOON + ABSOLUTE_LIFETIME, REFUSE),
        (token(spent=NOON), NOON, SAME),
        (token(spent=NOON), NOON + OVERLAP - TINY, SAME),
        (token(spent=NOON), NOON + OVERLAP, REVOKE),
        (token(spent=NOON, successor_spent=True), NOON, REVOKE),
        (token(spent=NOON), NOON + IDLE_LIFETIME, REVOKE),
        (token(spent=NOON), NOON + ABSOLUTE_LIFETIME, REFUSE),
        (token(revoked=True), NOON, REFUSE),
        (token(spent=NOON, revoked=True), NOON, REFUSE),
        (token(spent=NOON, successor_spent=True, revoked=True), NOON, REFUSE),
    ],
)
def test_presenting_a_refresh_token_leads_to_one_outcome(
    presented: RefreshToken, now: datetime, outcome: RefreshOutcome
) -> None:
    assert refresh_outcome(presented, now) is outcome


@given(st.integers(0, 40 * 24 * 3600), st.none() | st.integers(0, 60), st.booleans(), st.booleans())
def test_a_spent_token_never_rotates_and_a_revoked_family_gives_nothing(
    age: int, since_spent: int | None, successor_spent: bool, revoked: bool
) -> None:
    now = NOON + timedelta(seconds=age)
    spent = None if since_spent is None else now - timedelta(seconds=since_spent)
    outcome = refresh_outcome(token(spent=spent, successor_spent=successor_spent, revoked=revoked), now)
    assert (outcome is ROTATE) <= (spent is None and not revoked)
    assert (outcome is SAME) <= (spent is not None and not successor_spent and not revoked)
    assert (outcome is REVOKE) <= (spent is not None)


def test_the_successor_of_a_token_is_always_the_same_and_known_to_the_server_alone() -> None:
    assert successor("token", b"key") == successor("token", b"key")
    assert len({successor("token", b"key"), successor("other", b"key"), successor("token", b"other")}) == 3
    assert len(successor("token", b"key")) == 64


def test_of_a_token_its_hash_alone_is_stored_whatever_characters_it_was_given_in() -> None:
    assert len(token_hash("token")) == 32
    assert token_hash("token") != token_hash("Token")
    assert token_hash("\ud800") != token_hash("\ud801")
    assert successor("\ud800", b"key") != successor("\ud801", b"key")


# --- rights -----------------------------------------------------------------------------------------------------------

STUDENT = account().caller
ADMIN = account(role=UserRole.ADMIN).caller


@pytest.mark.parametrize("scope", Scope)
def test_a_person_may_do_all_with_their_own_and_a_partner_what_its_scopes_say(scope: Scope) -> None:
    bare = Caller(id=ids.new_id(), kind=CallerKind.PARTNER, epoch=1)
    require_scope(STUDENT, scope)
    require_scope(partner(), scope)
    with pytest.raises(Forbidden):
        require_scope(bare, scope)


@pytest.mark.parametrize(
    ("check", "caller", "allowed"),
    [
        (require_person, STUDENT, True),
        (require_person, partner(), False),
        (lambda caller: require_role(caller, UserRole.ADMIN), ADMIN, True),
        (lambda caller: require_role(caller, UserRole.ADMIN), STUDENT, False),
        (lambda caller: require_role(caller, UserRole.STUDENT, UserRole.ADVISOR), STUDENT, True),
        (lambda caller: require_role(caller, UserRole.ADMIN), partner(), False),
    ],
)
def test_some_things_are_for_persons_or_for_their_role_alone(
    check: Callable[[Caller], None], caller: Caller, allowed: bool
) -> None:
    if allowed:
        check(caller)
        return
    with pytest.raises(Forbidden):
        check(caller)


def test_an_account_s_own_caller_is_the_person_it_is_of() -> None:
    ada = account(role=UserRole.ADVISOR, epoch=3)
    assert ada.caller == Caller(id=ada.id, kind=CallerKind.USER, epoch=3, role=UserRole.ADVISOR)
