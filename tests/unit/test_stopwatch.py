"""What the bounds in seconds of other tests are held against."""

from __future__ import annotations

from pathlib import Path

import pytest

import stopwatch
from stopwatch import Stopwatch

LINE = "some avg10=0.00 avg60=0.00 avg300=0.00 total={}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"


@pytest.fixture
def pressure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stopwatch, "PRESSURE", tmp_path / "cpu")
    return tmp_path / "cpu"


def test_time_in_which_a_processor_was_waited_for_is_left_out(pressure: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pressure.write_text(LINE.format(1_000_000))
    watch = Stopwatch()
    monkeypatch.setattr(watch, "_began", watch._began - 3.0)
    pressure.write_text(LINE.format(3_500_000))
    before = watch.seconds
    assert before - 2.5 <= watch.undisturbed <= watch.seconds - 2.5


def test_no_waiting_excuses_more_than_what_a_busy_machine_takes(
    pressure: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressure.write_text(LINE.format(1_000_000))
    watch = Stopwatch()
    monkeypatch.setattr(watch, "_began", watch._began - 80.0)
    pressure.write_text(LINE.format(90_000_000))
    assert watch.undisturbed >= 10.0


def test_where_nobody_counts_it_all_time_counts(pressure: Path) -> None:
    watch = Stopwatch()
    before = watch.seconds
    assert before <= watch.undisturbed <= watch.seconds
