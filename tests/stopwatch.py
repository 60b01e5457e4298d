"""How long something took on a machine that may have other things to do.

A bound in seconds is meant for a machine that gives the work a processor whenever it wants one. The kernel counts the
time in which somebody had to wait for one (pressure stall information): what passed like that proves nothing.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

PRESSURE = Path("/proc/pressure/cpu")
BUSIEST = 8
"""How many times as long a busy machine may take. Beyond that no waiting excuses anything: that of what is measured is
counted, too."""
_TOTAL = re.compile(r"^some .*total=(\d+)$", re.MULTILINE)


class Stopwatch:
    """Runs from the moment it is made."""

    def __init__(self) -> None:
        self._began, self._waited = time.monotonic(), _waited()

    @property
    def seconds(self) -> float:
        """By the clock."""
        return time.monotonic() - self._began

    @property
    def undisturbed(self) -> float:
        """Without those in which somebody waited for a processor; all of them where the kernel does not count those."""
        seconds = self.seconds
        return max(seconds - (_waited() - self._waited), seconds / BUSIEST)


def _waited() -> float:
    """Seconds since the machine was started."""
    try:
        found = _TOTAL.search(PRESSURE.read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1_000_000 if found else 0.0
