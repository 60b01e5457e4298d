"""The schemas that editors read are those of the content as it stands, and the content files hold to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.content.small_content import CONTENT, QUESTIONS, documents

from credcore_app.content import read_content
from credcore_app.content_check.schemas import main, texts
from credcore_app.content_yaml import ContentLoader

FILES = sorted(str(path.relative_to(CONTENT)) for path in CONTENT.rglob("*.yaml"))
SCHEMA_OF = {file: f"{'questions' if file.startswith('questions/') else Path(file).stem}.json" for file in FILES}


def schema(name: str) -> Any:  # Any: a JSON Schema
    return json.loads((CONTENT / "schema" / name).read_text(encoding="utf-8"))


def complaints(document: object, name: str) -> list[str]:
    validator = jsonschema.Draft7Validator(schema(name), format_checker=jsonschema.FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_the_schemas_are_what_the_content_gives_today() -> None:
    """After a new role, domain or course: python -m credcore_app.content_check.schemas content"""
    folder = CONTENT / "schema"
    stored = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert stored == texts(read_content(CONTENT).bank)


def test_the_script_writes_the_schemas_beside_the_content(tmp_path: Path) -> None:
    for file in FILES:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).symlink_to(CONTENT / file)
    main(tmp_path)
    assert {path.name for path in (tmp_path / "schema").iterdir()} == set(SCHEMA_OF.values())


@pytest.mark.parametrize("name", sorted(set(SCHEMA_OF.values())))
def test_a_schema_is_one_itself(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(schema(name))


@pytest.mark.parametrize("file", FILES)
def test_a_content_file_holds_to_its_schema_and_tells_editors_where_it_is(file: str) -> None:
    text = (CONTENT / file).read_text(encoding="utf-8")
    assert complaints(yaml.load(text, Loader=ContentLoader), SCHEMA_OF[file]) == []
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert ((CONTENT / file).parent / named).resolve() == (CONTENT / "schema" / SCHEMA_OF[file]).resolve()


def test_every_field_of_a_question_is_described() -> None:
    question = schema("questions.json")["properties"]["essays"]["items"]
    fields = [*question["properties"].values(), *question["properties"]["criteria"]["items"]["properties"].values()]
    assert [field for field in fields if field.get("type") != "array" and not field["description"]] == []


def test_an_editor_marks_what_does_not_belong_there() -> None:
    made = documents()
    questions = made[QUESTIONS]
    questions["multiple_choice"][0]["difficulty"] = 4
    questions["multiple_choice"][1]["hint"] = "no such field"
    del questions["essays"][0]["weak_answer"]
    assert len(complaints(questions, "questions.json")) == 3
    made["recommendations.yaml"]["backend-developer"]["low"]["certification"] = ["moon-landing-101", "cs50-sql"]
    [unknown] = [text for text in complaints(made["recommendations.yaml"], "recommendations.json") if "moon" in text]
    assert unknown.startswith("$['backend-developer'].low.certification[0]")
