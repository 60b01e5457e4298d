"""The error of everything that an operator can put right."""

from __future__ import annotations


class Fault(Exception):
    """``str()`` is one line that names what is wrong and what to do about it."""
