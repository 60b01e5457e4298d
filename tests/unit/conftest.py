"""Hypothesis for the unit suite: fewer examples, and no deadline, since machines are busy at times.

Under ``CI`` Hypothesis takes a profile of its own, whose examples are the same in every run; that stays.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("credcore", parent=settings.default, deadline=None, max_examples=60)
settings.load_profile("credcore")
