"""Which grade stands: the AI's, its second one, or the offline one.

Distance from the offline grade alone only asks for a person: the AI reads better than rules do. So does a suspicious
sentence alone: honest answers about attacks have them. Both together let the lower grade stand, unless a second call
without those sentences comes to the same. And where the AI's points fail by its quotes alone, while the offline grader
found as many with evidence of its own, the offline grade stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from credcore.grading import Flag, Judgement

DISTANCE = Decimal(4)
"""Points of ten between AI and offline grade beyond which suspicion costs."""
AGREEMENT = Decimal(1)
"""Points of ten within which a second call confirms the first."""
HIGH, FEW_WORDS = Decimal(9), 40
"""So many points for fewer words than that are suspicious."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What the AI found. ``doubtful``: some of its evidence failed, or its feedback was unfit. ``unfounded``: it gave
    points, and not one piece of its evidence stands in the answer; then its points, none, are no grade.

    ``claimed`` are its points before their evidence was looked up: an opinion that claims far too much is not made
    trustworthy by half of its evidence."""

    judgement: Judgement
    claimed: Decimal
    doubtful: bool = False
    unfounded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An answer's first opinion beside its offline judgement. ``addressed``: a sentence speaks to the grader."""

    first: Opinion
    offline: Judgement
    addressed: bool
    words: int

    @property
    def wants_second(self) -> bool:
        """Whether a second call, without the sentences that speak to the grader, would decide anything."""
        if self._found_as_well:
            return False
        return self.first.unfounded or self._loses(self.first, addressed=self.addressed)

    def standing(self, second: Opinion | None = None) -> Judgement:
        """The judgement that stands; ``second`` is the opinion on the answer without its suspicious sentences."""
        if self._found_as_well:
            return _for_review(self.offline)
        if not self.wants_second:
            return self._undisputed()
        if second is None or second.unfounded or self._loses(second, addressed=False):
            return _for_review(self._lowest(second))
        if self.first.unfounded or abs(second.judgement.points - self.first.judgement.points) <= AGREEMENT:
            return _for_review(second.judgement)
        return _for_review(min(self.first.judgement, second.judgement, key=lambda judged: judged.points))

    @property
    def _found_as_well(self) -> bool:
        """Whether the offline grader found, with evidence of its own, what the AI claims with some that failed: a good
        answer is not to lose by the quotes that a model picks. Nobody gains by it beyond the offline grade."""
        first, offline = self.first, self.offline.points
        if first.unfounded or first.claimed <= first.judgement.points:
            return False
        return first.judgement.points < offline and abs(first.claimed - offline) <= AGREEMENT

    def _undisputed(self) -> Judgement:
        judged = self.first.judgement
        return _for_review(judged) if self.addressed or self.first.doubtful or self._far(judged.points) else judged

    def _lowest(self, second: Opinion | None) -> Judgement:
        founded = [one.judgement for one in (self.first, second) if one is not None and not one.unfounded]
        return min([*founded, self.offline], key=lambda judged: judged.points)

    def _loses(self, opinion: Opinion, *, addressed: bool) -> bool:
        """Whether an opinion is far off and suspicious; ``addressed`` says if what it judged spoke to the grader."""
        short = opinion.judgement.points >= HIGH and self.words < FEW_WORDS
        far = self._far(opinion.judgement.points) or self._far(opinion.claimed)
        return far and (addressed or opinion.doubtful or short)

    def _far(self, points: Decimal) -> bool:
        return abs(points - self.offline.points) > DISTANCE


def _for_review(judged: Judgement) -> Judgement:
    return replace(judged, flags=judged.flags | {Flag.NEEDS_REVIEW})
