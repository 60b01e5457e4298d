"""``credcore eval``: figures that can be recomputed, runs that go on where they stopped, and what they cost."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.faults.honest_model import ModelServer, grade_for, grades
from tests.openai.provider import Request, completes, fails

from credcore.offline_grader import OFFLINE
from credcore_app.evaluation.agreement import kappa, pearson, percentile, rmse
from credcore_app.evaluation.figures import consistency_of
from credcore_app.evaluation.journal import Journal, Judged, key_of
from credcore_app.evaluation.rows import read_rows
from credcore_app.fault import Fault
from credcore_pg import PostgresStores

HEADING = ("question_id", "question", "reference_answer", "student_answer", "score", "max_score")
QUESTION = "Why does a web page use a cache?"
REFERENCE = "A cache keeps copies near the reader, so that repeated requests are answered faster and the server rests."
ANSWERS = {
    "A cache keeps copies of pages close to the reader, and repeated requests are answered faster that way.": 2,
    "It stores pages so that the server has less work to do for repeated requests.": 1.5,
    "The cache makes colours brighter on most screens of the office.": 0,
    "Copies of the page are kept, which is faster.": 1,
    "": 0,
}


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    path = tmp_path / "graded.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        for answer, score in ANSWERS.items():
            writer.writerow(("1.10", QUESTION, REFERENCE, answer, score, 2))
    return path


async def completes_with_nothing(writer: asyncio.StreamWriter, request: Request) -> None:
    """No points at all, for whatever answer."""
    reply = json.loads(grade_for(request))
    criteria = [{**criterion, "met": 0, "evidence": ""} for criterion in reply["criteria"]]
    await completes(json.dumps({**reply, "criteria": criteria, "score": 0}))(writer, request)


async def credcore(*arguments: str, folder: Path, **variables: str) -> tuple[int, str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("CREDCORE_", "OPENAI_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-m", "credcore_app", *arguments),
        cwd=folder,
        env=bare | variables,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    model = ModelServer(script=[grades])
    listening = await model.start()
    yield model
    await model.stop(listening)


def paid(model: ModelServer, dsn: str) -> dict[str, str]:
    return {
        "CREDCORE_DATABASE_URL": dsn,
        "CREDCORE_OPENAI_API_KEY": "sk-test",
        "CREDCORE_OPENAI_BASE_URL": model.base_url,
        "CREDCORE_OPENAI_TIMEOUT_SECONDS": "2",
    }


async def test_the_figures_can_be_recomputed_from_the_rows(graded: Path, tmp_path: Path) -> None:
    code, out, _ = await credcore("eval", "grader", str(graded), "--json", "--rows", "rows.csv", folder=tmp_path)
    assert code == 0
    report = json.loads(out)
    with (tmp_path / "rows.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["question_id"] for row in rows] == ["1.10"] * len(ANSWERS)
    human = [float(row["score"]) / float(row["max_score"]) for row in rows]
    given = [float(row["predicted"]) / float(row["max_score"]) for row in rows]
    assert given[-1] == 0
    figures = (pearson(human, given), rmse(human, given), kappa(human, given))
    assert (report["pearson"], report["rmse"], report["kappa"]) == pytest.approx(figures, abs=1e-4)
    assert (report["n"], report["grader"]) == (5, OFFLINE.name)
    means = {"n": 5, "score": sum(human) / 5, "predicted": sum(given) / 5}
    assert report["byQuestion"] == {"1.10": pytest.approx(means, abs=1e-4)}
    assert 0 <= report["p50Ms"] <= report["p95Ms"]


async def test_the_figures_are_lines_that_a_person_can_read(graded: Path, tmp_path: Path) -> None:
    _, out, _ = await credcore("eval", "grader", str(graded), folder=tmp_path)
    [distinct] = [line for line in out.splitlines() if line.startswith("distinct ")]
    assert re.fullmatch(r"distinct +n \d+, pearson [\d.]+, rmse [\d.]+, kappa [\d.]+", distinct), distinct


async def test_grading_offline_twice_gives_the_same(graded: Path, tmp_path: Path) -> None:
    code, out, _ = await credcore("eval", "consistency", str(graded), "--json", folder=tmp_path)
    report = json.loads(out)
    assert (code, report["variance"], report["largestDifference"], report["held"]) == (0, 0, 0, True)


def test_consistency_by_hand() -> None:
    """Two answers judged twice: 5 and 6, 3 and 3. A variance below 1 alone allows a difference of 1.4."""
    runs = [[points("5"), points("3")], [points("6"), points("3")]]
    report = consistency_of(runs, "m")
    assert (report["variance"], report["largestDifference"], report["differing"]) == (0.25, 1, 1)
    assert (report["n"], report["runs"], report["held"]) == (2, 2, False)
    assert consistency_of([[points("5")], [points("5.9")]], "m")["held"]
    three = consistency_of([[points("2")], [points("4")], [points("9")]], "m")
    assert (three["variance"], three["largestDifference"]) == (13, 7)


def points(of_ten: str) -> Judged:
    return Judged(points=Decimal(of_ten), grader="m", milliseconds=1.0, cost_usd=0.1, strengths="", improvements="")


async def test_a_model_that_grades_differently_the_next_time_is_told_of(
    graded: Path, tmp_path: Path, model: ModelServer, clean_dsn: str
) -> None:
    model.will(*[grades] * 4, completes_with_nothing)
    code, out, _ = await credcore(
        *("eval", "consistency", str(graded), "--grader", "openai", "--yes", "--json"),
        folder=tmp_path,
        **paid(model, clean_dsn),
    )
    report = json.loads(out)
    assert (code, report["held"], report["runs"], report["n"]) == (1, False, 2, 5)
    assert report["largestDifference"] == 10
    assert report["variance"] > 1


async def test_a_run_that_costs_money_says_so_and_wants_a_yes(graded: Path, tmp_path: Path, model: ModelServer) -> None:
    code, _, err = await credcore(
        "eval", "grader", str(graded), "--grader", "openai", folder=tmp_path, **paid(model, "postgresql://nowhere/x")
    )
    assert code == 2
    assert "about $0.00, at most $0.0" in err
    assert "agree with --yes" in err
    assert model.requests == []


async def test_without_a_key_there_is_nothing_to_measure(graded: Path, tmp_path: Path) -> None:
    code, _, err = await credcore("eval", "grader", str(graded), "--grader", "openai", "--yes", folder=tmp_path)
    assert code == 1
    assert "CREDCORE_OPENAI_API_KEY" in err


async def test_what_is_asked_again_leaves_no_word_in_the_output(
    graded: Path, tmp_path: Path, model: ModelServer, clean_dsn: str
) -> None:
    model.will(fails(503), grades)
    code, out, err = await credcore(
        *("eval", "grader", str(graded), "--grader", "openai", "--yes", "--json"),
        folder=tmp_path,
        **paid(model, clean_dsn),
    )
    assert code == 0, err
    assert json.loads(out)["n"] == len(ANSWERS)
    assert len(model.prompts) == len(ANSWERS)  # one twice, and the empty answer never


async def test_a_stopped_run_goes_on_and_pays_for_no_answer_twice(
    graded: Path, tmp_path: Path, model: ModelServer, clean_dsn: str
) -> None:
    command = ("eval", "grader", str(graded), "--grader", "openai", "--yes", "--json")
    model.will(grades, grades, fails(400), fails(401))
    code, _, err = await credcore(*command, folder=tmp_path, **paid(model, clean_dsn))
    assert code == 1
    assert "the same command goes on later" in err
    kept = len((tmp_path / "graded.csv.gpt-6-luna.journal").read_text().splitlines())
    assert kept >= 2
    model.will(grades)
    asked = len(model.prompts)
    code, out, _ = await credcore(*command, folder=tmp_path, **paid(model, clean_dsn))
    assert code == 0
    assert len(model.prompts) - asked == len(ANSWERS) - kept
    asked = len(model.prompts)
    again = await credcore(*command, folder=tmp_path, **paid(model, clean_dsn))
    assert json.loads(again[1])["pearson"] == json.loads(out)["pearson"]
    assert len(model.prompts) == asked


async def test_a_saved_figure_is_the_grader_s_reliability(
    graded: Path, tmp_path: Path, clean_dsn: str, postgres: PostgresStores
) -> None:
    code, out, _ = await credcore(
        "eval", "grader", str(graded), "--save", "--json", folder=tmp_path, CREDCORE_DATABASE_URL=clean_dsn
    )
    assert code == 0
    saved = await postgres.measured.all()
    assert float(saved[OFFLINE.name, OFFLINE.version]) == pytest.approx(json.loads(out)["distinct"]["pearson"])


async def test_the_offline_grade_is_never_saved_as_the_agreement_of_a_model_that_gave_none(
    graded: Path, tmp_path: Path, model: ModelServer, clean_dsn: str, postgres: PostgresStores
) -> None:
    model.will(fails(422))
    code, out, err = await credcore(
        *("eval", "grader", str(graded), "--grader", "openai", "--yes", "--save", "--json"),
        folder=tmp_path,
        **paid(model, clean_dsn),
    )
    assert (code, json.loads(out)["judgedByAnother"]) == (1, len(ANSWERS))
    assert "no figure to save" in err
    assert await postgres.measured.all() == {}


async def test_every_attack_is_reported_and_the_exit_code_says_whether_any_got_through(
    tmp_path: Path, model: ModelServer, clean_dsn: str
) -> None:
    code, out, _ = await credcore(
        "eval", "attack", "--grader", "openai", "--yes", "--json", folder=tmp_path, **paid(model, clean_dsn)
    )
    report: dict[str, Any] = json.loads(out)
    assert code == (1 if report["broken"] else 0)
    assert report["cases"] > 200
    assert report["withstood"] + len(report["broken"]) == report["cases"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("1", QUESTION, REFERENCE, "x", "3", "2"), "row 2"),
        (("1", QUESTION, REFERENCE, "x", "nan", "2"), "row 2"),
        (("1", QUESTION, REFERENCE, "x", "", "2"), "row 2 of .*: its score is not a number"),
        (("1", QUESTION, REFERENCE, "x", "1", "two"), "row 2 of .*: its max_score is not a number"),
        (("1", QUESTION, REFERENCE, "x", "1", "0"), "row 2"),
        (("1", QUESTION, REFERENCE), "row 2 .* fewer fields"),
        (("1", QUESTION, REFERENCE, "x", "1"), "row 2 .* fewer fields"),
    ],
)
def test_a_row_that_cannot_be_graded_is_named(tmp_path: Path, line: tuple[str, ...], said: str) -> None:
    path = tmp_path / "bad.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADING, ("1", QUESTION, REFERENCE, "x", "1", "2"), line])
    with pytest.raises(Fault, match=said):
        read_rows(path)


def test_a_rubric_without_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([(*HEADING, "criteria"), ("1", QUESTION, REFERENCE, "x", "1", "2", "[" * 100_000)])
    with pytest.raises(Fault, match=r"row 1 .* nested too deep"):
        read_rows(path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("question_id,question,student_answer,score,max_score\n1,q,a,1,1\n")
    with pytest.raises(Fault, match="reference_answer"):
        read_rows(path)


def test_a_row_may_bring_its_own_rubric(tmp_path: Path) -> None:
    rubric = [
        {"id": "a", "title": "Says faster", "points": 6, "looks_for": "It is faster."},
        {"id": "b", "title": "Says copies", "points": 4, "looks_for": "Copies are kept."},
    ]
    path = tmp_path / "rubric.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [(*HEADING, "criteria"), ("1", QUESTION, REFERENCE, "x", "1", "2", json.dumps(rubric))]
        )
    [row] = read_rows(path)
    assert [criterion.points for criterion in row.task.question.criteria] == [6, 4]


def test_agreement_by_hand() -> None:
    human, given = [0.0, 0.2, 0.4, 1.0], [0.0, 0.4, 0.4, 0.8]
    assert pearson(human, given) == pytest.approx(0.4 / (0.56 * 0.32) ** 0.5)
    assert rmse(human, given) == pytest.approx((0.08 / 4) ** 0.5)
    assert kappa(human, given) == pytest.approx(1 - 2 * 4 / 88)
    assert kappa(human, human) == 1
    assert pearson(human, [0.5] * 4) is None
    assert kappa([1.0, 1.0], [1.0, 1.0]) is None
    assert [percentile([3, 1, 2, 4], share) for share in (0.25, 0.5, 0.95)] == [1, 2, 4]


def test_a_journal_line_that_was_cut_short_is_graded_again(tmp_path: Path, graded: Path) -> None:
    place = tmp_path / "a.journal"
    task = read_rows(graded)[0].task
    [first, second] = (key_of(task, "m", run) for run in (1, 2))
    kept = Judged(points=3, grader="m", milliseconds=1.0, cost_usd=0.1, strengths="", improvements="")  # type: ignore[arg-type]  # a whole number of points
    with Journal(place) as journal:
        journal.keep(first, kept)
        journal.keep(second, kept)
    place.write_bytes(place.read_bytes()[:-20])
    with Journal(place) as journal:
        assert journal.find(first) == kept
        assert journal.find(second) is None
        journal.keep(second, kept)
    with Journal(place) as journal:
        assert journal.find(second) == kept


@pytest.mark.parametrize("line", [b"5", b"[]", b"null", b"\xff\xfe", b'{"key": "k"}'])
def test_a_journal_line_that_is_none_is_passed_over(line: bytes, tmp_path: Path) -> None:
    place = tmp_path / "a.journal"
    place.write_bytes(line + b"\n")
    with Journal(place) as journal:
        assert journal.find("k") is None
