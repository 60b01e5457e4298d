"""The guide for authors says what the tools do."""

from __future__ import annotations

import re
from pathlib import Path

from credcore_app.content_check import Rule

GUIDE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text(encoding="utf-8")


def test_the_guide_explains_every_rule_and_no_other() -> None:
    table = GUIDE[GUIDE.index("| rule | what it wants |") :]
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])]
    assert sorted(named) == sorted(Rule)
