"""Every fault that the check knows is found where it stands, and the content as shipped has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from tests.content.seeds import SEEDS, Seed
from tests.content.small_content import CONTENT, QUESTIONS, documents, line_of, write

from credcore.errors import ContentFault
from credcore.offline_grader import judge_offline
from credcore_app import content_check
from credcore_app.content import read_content
from credcore_app.content_check import Finding, Rule, Severity, check, grader_rules

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def graded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed changes one answer or none; judging the others again each time would take most of the time."""
    monkeypatch.setattr(grader_rules, "judge_offline", judge_once)


judge_once = cache(judge_offline)


def places(findings: tuple[Finding, ...]) -> set[tuple[str, int, str]]:
    return {(finding.file, finding.line, finding.rule) for finding in findings}


@pytest.mark.parametrize("seed", SEEDS, ids=[seed.fault for seed in SEEDS])
def test_a_seeded_fault_is_found_in_its_file_and_line_by_its_rule(seed: Seed, tmp_path: Path) -> None:
    made = documents()
    seed.plant(made)
    write(tmp_path, made)
    expected = {(fault.file, line_of(tmp_path, fault.file, *fault.markers), fault.rule) for fault in seed.expected}
    found = places(check(tmp_path, today=TODAY))
    assert expected <= found
    assert found == expected or not seed.alone


def test_the_small_content_has_no_faults_before_they_are_seeded(tmp_path: Path) -> None:
    write(tmp_path, documents())
    assert check(tmp_path, today=TODAY) == ()


def spoil(file: str, edit: Callable[[str], str]) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        (folder / file).write_text(edit((folder / file).read_text(encoding="utf-8")), encoding="utf-8")

    return do


NO_YAML: dict[str, tuple[str, Callable[[Path], None], tuple[str, ...]]] = {
    "a bracket too many": ("courses.yaml", spoil("courses.yaml", lambda text: text + "}\n"), ("}",)),
    "a field twice": (
        "interests.yaml",
        spoil(
            "interests.yaml", lambda text: text.replace("  min_selections:", "  prompt: Again?\n  min_selections:", 1)
        ),
        ("prompt: Again?",),
    ),
    "a field whose name is a number": (
        "roles.yaml",
        spoil("roles.yaml", lambda text: text.replace("  title:", "  7: seven\n  title:", 1)),
        ("7: seven",),
    ),
    "a value that only YAML has": (
        "roles.yaml",
        spoil("roles.yaml", lambda text: text.replace("  title:", "  title: !!binary", 1)),
        ("title: !!binary",),
    ),
    "an empty file": ("recommendations.yaml", spoil("recommendations.yaml", lambda text: ""), ()),
    "a file that is missing": ("interests.yaml", lambda folder: (folder / "interests.yaml").unlink(), ()),
    "a file in another encoding": (
        QUESTIONS,
        lambda folder: (folder / QUESTIONS).write_bytes(b"multiple_choice: [\xe9]"),
        (),
    ),
}


@pytest.mark.parametrize("fault", NO_YAML)
def test_a_file_that_is_no_plain_yaml_is_named_and_read_no_further(fault: str, tmp_path: Path) -> None:
    file, do, markers = NO_YAML[fault]
    write(tmp_path, documents())
    do(tmp_path)
    line = line_of(tmp_path, file, *markers) if markers else 1
    assert places(check(tmp_path, today=TODAY)) == {(file, line, "yaml")}


def test_a_folder_that_does_not_exist_is_one_fault(tmp_path: Path) -> None:
    [finding] = check(tmp_path / "nowhere", today=TODAY)
    assert (finding.rule, finding.severity) == ("yaml", Severity.ERROR)


def test_one_fault_hides_none_of_the_others(tmp_path: Path) -> None:
    made = documents()
    first, second = made[QUESTIONS]["multiple_choice"][:2]
    del first["key"]
    second["difficulty"] = "hard"
    second["options"][0]["text"] = "None of the above"
    made[QUESTIONS]["essays"][0]["max_length"] = 9000
    write(tmp_path, made)
    assert {finding.rule for finding in check(tmp_path, today=TODAY)} == {"schema", "max-length"}
    second["difficulty"] = 2
    write(tmp_path, made)
    assert "forbidden-phrase" in {finding.rule for finding in check(tmp_path, today=TODAY)}


def test_a_course_may_wait_90_days_for_its_next_review_and_then_is_warned_of(tmp_path: Path) -> None:
    write(tmp_path, documents())
    reviewed = date(2026, 11, 22)
    assert check(tmp_path, today=reviewed + timedelta(days=90)) == ()
    late = check(tmp_path, today=reviewed + timedelta(days=91))
    assert {(finding.rule, finding.severity) for finding in late} == {("not-reviewed", Severity.WARNING)}
    assert len(late) == len(documents()["courses.yaml"])


def test_findings_come_by_file_and_line_and_each_names_a_remedy(tmp_path: Path) -> None:
    made = documents()
    made["roles.yaml"][0]["domains"][0]["weight"] = "0.60"
    for question in made[QUESTIONS]["multiple_choice"]:
        question["time_limit_seconds"] = 600
    write(tmp_path, made)
    found = check(tmp_path, today=TODAY)
    assert [(f.file, f.line) for f in found] == sorted((f.file, f.line) for f in found)
    assert len(found) == 13
    assert all(finding.remedy.endswith(".") for finding in found)
    assert check(tmp_path, today=TODAY) == found


def test_progress_counts_the_essays_up_to_the_last(tmp_path: Path) -> None:
    write(tmp_path, documents())
    steps: list[tuple[int, int]] = []
    check(tmp_path, today=TODAY, on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(done, 8) for done in range(1, 9)]


def test_what_the_core_refuses_is_an_error_even_if_no_rule_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(document: bytes) -> None:
        raise ContentFault("somewhere", "is not as it should be")

    monkeypatch.setattr(content_check, "content_of", refuse)
    write(tmp_path, documents())
    [finding] = check(tmp_path, today=TODAY)
    assert (finding.rule, finding.message) == ("bank", "somewhere: is not as it should be")


def test_the_content_as_shipped_has_neither_errors_nor_warnings() -> None:
    """On the day of its last review: an entry that grows old is a matter for whoever runs the check."""
    courses = read_content(CONTENT).bank.courses.values()
    today = max(course.reviewed_at for course in courses)
    assert check(CONTENT, today=today) == ()


def test_every_rule_has_a_seeded_fault() -> None:
    seeded = {fault.rule for seed in SEEDS for fault in seed.expected}
    assert seeded | {Rule.YAML, Rule.BANK} == set(Rule)  # those two have tests of their own above
    assert len(SEEDS) + len(NO_YAML) >= 40
