"""The offline grader against answers that game its rules, over every essay of a bank: the worst case by family.

    python tests/campaigns/gaming_table.py CONTENT_FOLDER

Each alone (demanded: at most 1 of 10) and beside the essay's weak answer (at most 1 more than without).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from credcore_app.content import compile_folder, content_of

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.manipulation.gaming import ATTACKS, questions_of, tried

MOST = 1.0


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    questions = questions_of(content_of(compile_folder(Path(arguments[0]))).bank)
    print(f"{len(questions)} essays")
    print(f"{'family':<30} {'answers':>7} {'alone: worst':>13} {'over':>5} {'beside weak: worst':>19} {'over':>5}")
    for family in ATTACKS:
        found = tried(family, questions)
        alone, gained = [one.alone for one in found], [one.gained for one in found]
        over, above = (sum(value > MOST for value in values) for values in (alone, gained))
        print(f"{family:<30} {len(found):>7} {max(alone):>13.1f} {over:>5} {max(gained):>19.1f} {above:>5}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
