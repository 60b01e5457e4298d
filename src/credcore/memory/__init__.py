"""Honest in-memory adapters: they pass the same contract suites as the database, and forget all when the process ends.

For plugins that keep their own state, and for trying the rules out: each is made over one ``MemoryState``.
"""

from credcore.memory.accounts import MemoryAccounts, MemoryRefreshTokens
from credcore.memory.administration import MemoryAudit, MemoryPeople
from credcore.memory.assessments import MemoryAssessments
from credcore.memory.content import MemoryBank, MemoryHealth
from credcore.memory.credentials import MemoryPasswords, MemorySecondFactors, MemorySessions
from credcore.memory.idempotency import MemoryIdempotency
from credcore.memory.learners import MemoryLearners
from credcore.memory.partners import MemoryPartners
from credcore.memory.privacy import MemoryErasures, MemoryOwnAccounts
from credcore.memory.profiles import MemoryProfiles
from credcore.memory.queue import MemoryQueue
from credcore.memory.rate_limits import MemoryRateLimits
from credcore.memory.shares import MemoryShares
from credcore.memory.state import MemoryState, RandomIds, system_clock

__all__ = [
    "MemoryAccounts",
    "MemoryAssessments",
    "MemoryAudit",
    "MemoryBank",
    "MemoryErasures",
    "MemoryHealth",
    "MemoryIdempotency",
    "MemoryLearners",
    "MemoryOwnAccounts",
    "MemoryPartners",
    "MemoryPasswords",
    "MemoryPeople",
    "MemoryProfiles",
    "MemoryQueue",
    "MemoryRateLimits",
    "MemoryRefreshTokens",
    "MemorySecondFactors",
    "MemorySessions",
    "MemoryShares",
    "MemoryState",
    "RandomIds",
    "system_clock",
]
