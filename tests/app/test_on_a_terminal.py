"""What long work shows where somebody watches: a bar on the terminal, and nothing of it in what a script reads."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
from tests.app.program import COMMAND, PATIENCE, Home

COLUMNS = ("question_id", "question", "reference_answer", "student_answer", "score", "max_score")
ROWS = 40


def watched(home: Home, *arguments: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """The command as it ended, and all that its terminal was sent; stdout goes elsewhere, as ``> file`` has it."""
    ours, theirs = os.openpty()
    shown = bytearray()
    reading = threading.Thread(target=_drain, args=(ours, shown))
    reading.start()
    try:
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=home.folder,
            env=home.environment(TERM="xterm", COLUMNS="100"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            timeout=PATIENCE,
        )
    finally:
        os.close(theirs)
        reading.join(PATIENCE)
        os.close(ours)
    return done, shown.decode()


def _drain(terminal: int, into: bytearray) -> None:
    while True:
        try:
            into += os.read(terminal, 4096)
        except OSError:  # the last one who could write to it has closed it
            return


@pytest.fixture
def graded(home: Home) -> Path:
    path = home.folder / "graded.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(ROWS):
            answer = f"A lock keeps {number} writers from the row until the first one commits."
            writer.writerow(("1", "What does a row lock do?", "It keeps other writers from the row.", answer, 1, 1))
    return path


def test_an_evaluation_draws_a_bar_to_its_end_and_prints_only_figures(home: Home, graded: Path) -> None:
    done, shown = watched(home, "eval", "grader", str(graded), "--json")
    assert done.returncode == 0, shown
    assert json.loads(done.stdout)["n"] == ROWS
    assert "judging" in shown
    assert "100%" in shown


def test_the_demo_draws_a_bar_that_names_the_question_and_prints_only_the_profile(home: Home) -> None:
    done, shown = watched(home, "demo", "--json")
    assert done.returncode == 0, shown
    assert json.loads(done.stdout)["role"] == "backend-developer"
    assert re.search(r"question \d+ of 10", shown)  # whichever was asked when the bar was drawn
    assert "━" in shown
