"""Problems on the wire."""

from __future__ import annotations

import json

import pytest

from credcore_http.edge import FieldProblem, problem
from credcore_http.edge.problem import KINDS, encode, instance_of


@pytest.mark.parametrize("code", KINDS)
def test_every_code_makes_a_whole_problem(code: str) -> None:
    document = json.loads(encode(problem(code, instance="/x")))

    assert document["type"] == f"urn:credcore:problem:{code}"
    assert document["code"] == code
    assert 400 <= document["status"] < 600
    assert document["title"]
    assert document["detail"].endswith(".")
    assert document["instance"] == "/x"
    assert "errors" not in document


def test_invalid_fields_are_named_by_json_pointers() -> None:
    errors = [FieldProblem(pointer="/optionId", detail="is missing")]

    document = json.loads(encode(problem("validation-failed", instance="/x", errors=errors)))

    assert document["errors"] == [{"pointer": "/optionId", "detail": "is missing"}]


def test_a_code_outside_the_table_is_a_defect() -> None:
    with pytest.raises(KeyError):
        problem("teapot", instance="/x")


def test_the_instance_is_the_path_as_a_uri_without_the_query() -> None:
    scope = {"path": '/a b/é"<>/{c}', "query_string": b"token=secret"}

    assert instance_of(scope) == "/a%20b/%C3%A9%22%3C%3E/%7Bc%7D"
