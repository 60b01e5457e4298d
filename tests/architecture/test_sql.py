"""No SQL has data written into it: what varies goes in as a parameter."""

from __future__ import annotations

from pathlib import Path

import pytest

from architecture.sql import sql_with_data

SRC = Path(__file__).parents[2] / "src"


def test_no_statement_of_the_house_has_data_in_it() -> None:
    assert sql_with_data(SRC) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('f"SELECT * FROM account WHERE id = {id}"', 1),
        ('f"select {COLUMNS} from account where email = {self.email}"', 1),
        ('"DELETE FROM account WHERE id = %s" % id', 1),
        ('"UPDATE account SET name = " + name', 1),
        ('f"WITH one AS (SELECT {value}) SELECT * FROM one"', 1),
        ('"INSERT INTO account VALUES ({})".format(id)', 1),
        ('"SELECT * FROM account WHERE id = $1"', 0),
        ('f"SELECT {COLUMNS} FROM account WHERE id = $1"', 0),
        ('"SELECT * FROM account " + WHERE', 0),
        ('f"selected {count} of them"', 0),
        ('f"select {count} of them"', 0),
        ('f"Update: {count}"', 0),
    ],
)
def test_data_in_a_statement_is_seen_and_parameters_are_not(tmp_path: Path, source: str, count: int) -> None:
    (tmp_path / "store.py").write_text(f"query = {source}\n", encoding="utf-8")
    assert len(sql_with_data(tmp_path)) == count
