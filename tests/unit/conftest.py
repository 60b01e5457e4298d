"""Hypothesis for the unit suite: fewer examples, and no deadline, since machines are busy at times.

Under ``CI`` Hypothesis takes a profile of its own, whose examples are the same in every run; that stays.
``CREDCORE_EXAMPLES`` sets how many they are: fewer in the nox session ``coverage``, where reaching the lines is enough.
"""

from __future__ import annotations

import os

from hypothesis import settings

EXAMPLES = int(os.environ.get("CREDCORE_EXAMPLES", "60"))
settings.register_profile("credcore", parent=settings.default, deadline=None, max_examples=EXAMPLES)
settings.load_profile("credcore")
