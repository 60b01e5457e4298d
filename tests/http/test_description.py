"""The OpenAPI document says what the contract says, and its examples are of its own schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from tests.http.driving import World

from credcore_http.app import HANDLERS, description

FORM = "application/x-www-form-urlencoded"
DOCUMENT: dict[str, Any] = description()


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            yield method, path, operation


OPERATIONS = [pytest.param(*found, id=found[2]["operationId"]) for found in _operations()]


def _check(value: object, schema: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    validator.validate(value)


def test_every_handler_is_described_under_its_own_operation_id() -> None:
    ids = [operation["operationId"] for _, _, operation in _operations()]
    assert len(ids) == len(set(ids)) == len(HANDLERS)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_call_has_an_example_of_what_it_takes_and_gives(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    success = [response for status, response in operation["responses"].items() if int(status) < 400]
    assert len(success) == 1
    for described in bodies + success:
        for media in described.get("content", {}).values():
            _check(media["example"], media["schema"])


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_call_declares_every_error_it_can_give(method: str, path: str, operation: dict[str, Any]) -> None:
    statuses = set(operation["responses"])
    # A head or body that is no good, and a server that stops: whatever the call is, and whether it takes a body or not.
    expected = {"400", "413", "415", "431", "500", "503"}
    if operation["security"]:
        expected |= {"401", "403"}
    if FORM in operation.get("requestBody", {}).get("content", {}):
        expected |= {"401", "429"}
    elif "requestBody" in operation or any(parameter["in"] != "path" for parameter in operation["parameters"]):
        expected |= {"422"}
    if "{" in path:
        expected |= {"404"}
    assert expected <= statuses


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_problem_is_an_example_of_the_problem_schema(method: str, path: str, operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            content = response["content"]
            assert content
            for media in content.values():
                examples = media.get("examples", {"own": {"value": media.get("example")}})
                for code, example in examples.items():
                    _check(example["value"], media["schema"])
                    assert code in ("own", example["value"].get("code"))


def test_whatever_is_a_time_is_described_as_one() -> None:
    """All of them by name: `...At` and `answerBy`."""
    schemas = DOCUMENT["components"]["schemas"]
    times = [
        (kind, name, field)
        for kind, schema in schemas.items()
        for name, field in schema.get("properties", {}).items()
        if name.endswith("At") or name == "answerBy"
    ]
    assert len(times) > 10
    for kind, name, field in times:
        described = field.get("anyOf", [field])[0]
        assert (described["type"], described["format"]) == ("string", "date-time"), f"{kind}.{name}"


def test_what_is_markdown_is_said_to_be() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for kind, name in (("QuestionView", "prompt"), ("QuestionOption", "text")):
        assert schemas[kind]["properties"][name]["description"].startswith("Markdown")


def test_bounds_and_closed_objects_survive_into_the_schemas() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Start"]["additionalProperties"] is False
    points = schemas["AnswerView"]["properties"]["points"]["anyOf"]
    assert {"type": "number", "minimum": 0, "maximum": 1} in points


async def test_the_pages_load_nothing_from_elsewhere(world: World) -> None:
    async with world.client() as anonymous:
        page = await anonymous.get("/schema")
        assert page.headers["content-type"].startswith("text/html")
        assert "http" not in page.text.replace("https://www.w3.org", "")
        assert (await anonymous.get("/schema/openapi.json")).json() == json.loads(json.dumps(DOCUMENT))
        for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
            assert asset in page.text
            assert (await anonymous.get(f"/schema/assets/{asset}")).status_code == 200
        assert (await anonymous.get("/schema/assets/core.py")).status_code == 404
