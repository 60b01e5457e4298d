"""The RateLimit fields of the IETF draft (draft-ietf-httpapi-ratelimit-headers-10), and Retry-After."""

from __future__ import annotations

import math
from datetime import timedelta

from credcore.rate_limits import RateLimited


def rate_limit_fields(refusal: RateLimited) -> dict[str, str]:
    """Every limit that the request came under; the seconds are rounded up, so that whoever waits them is let in."""
    policies, states = [], []
    for standing in refusal.standings:
        name, rate = standing.demand.limit, standing.demand.rate
        policies.append(f'"{name}";q={rate.count};w={_seconds(rate.per)}')
        states.append(f'"{name}";r={standing.remaining};t={_seconds(standing.wait)}')
    return {
        "Retry-After": str(max(_seconds(refusal.wait), 1)),
        "RateLimit-Policy": ", ".join(policies),
        "RateLimit": ", ".join(states),
    }


def _seconds(time: timedelta) -> int:
    return math.ceil(time.total_seconds())
