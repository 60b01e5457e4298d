"""The grader that is always there: no network, no dependency, and the same answer gets the same grade for
ever."""

from credcore.offline.grader import CriterionFinding, Finding, grade
from credcore.offline.model import NAME, RELIABILITY, VERSION
from credcore.offline.rubric import CriterionSpec

__all__ = ["NAME", "RELIABILITY", "VERSION", "CriterionFinding", "CriterionSpec", "Finding", "grade"]
