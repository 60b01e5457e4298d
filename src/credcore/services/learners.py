"""Forget a partner's learner: they have no account that they could delete, and no call of theirs reaches us."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from credcore.access_ports import LearnerStore
from credcore.audit import Actor
from credcore.erasures import assessment_mark
from credcore.ports import IdSource
from credcore.services.administration import require_admin
from credcore.services.assessments import LEARNER_REF_MAX_LENGTH
from credcore.text import single_line


@dataclass(frozen=True, kw_only=True)
class Learners:
    """``key``: of the ledger of erasures, see ``ledger_key``."""

    store: LearnerStore
    ids: IdSource
    key: bytes

    async def forget(self, actor: Actor, partner_id: UUID, learner: str | UUID) -> int:
        """Erases what the partner's learner did; how many assessments that were. Leaves an audit entry where any.

        ``learner``: the partner's reference, letter for letter, or one assessment, for whoever was given none.

        Raises:
            InvalidValue: no learner can have such a reference.
        """
        require_admin(actor)
        if isinstance(learner, str):
            single_line(learner, "/learnerRef", max_length=LEARNER_REF_MAX_LENGTH)
        mark_of = partial(assessment_mark, key=self.key)
        return await self.store.forget(actor, self.ids.new_id(), partner_id, learner, mark_of)
