"""Shares of profiles on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from credcore.catalogue import Band
from credcore.ports import Page
from credcore.sharing import Share, SharedProfile
from credcore_http.wire.base import Inbound, Outbound, Time, number
from credcore_http.wire.profiles import Percent
from credcore_http.wire.profiles import Share as Fraction


class ShareRequest(Inbound):
    advisor_email: str


class ShareMade(Outbound):
    share_id: UUID
    advisor_email: str
    created_at: Time


class ShareView(ShareMade):
    last_viewed_at: Time | None
    views: Annotated[int, msgspec.Meta(ge=0)]


class ShareList(Outbound):
    items: tuple[ShareView, ...]


class SharedEntry(Outbound):
    assessment_id: UUID
    student_name: str
    role: str
    completed_at: Time
    overall_score: Percent
    score_band: Band
    confidence_score: Fraction
    shared_at: Time


class SharedList(Outbound):
    items: tuple[SharedEntry, ...]
    next_cursor: str | None


def to_share(share: Share) -> ShareMade:
    return ShareMade(share_id=share.id, advisor_email=share.advisor_email, created_at=share.created_at)


def to_share_view(share: Share) -> ShareView:
    return ShareView(
        share_id=share.id,
        advisor_email=share.advisor_email,
        created_at=share.created_at,
        last_viewed_at=share.last_viewed_at,
        views=share.views,
    )


def to_shared_list(page: Page[SharedProfile]) -> SharedList:
    return SharedList(
        items=tuple(_entry(shared) for shared in page.items),
        next_cursor=str(page.next_after) if page.next_after else None,
    )


def _entry(shared: SharedProfile) -> SharedEntry:
    profile = shared.profile
    return SharedEntry(
        assessment_id=profile.assessment_id,
        student_name=shared.student_name,
        role=profile.role,
        completed_at=profile.completed_at,
        overall_score=number(profile.overall, 1),
        score_band=profile.band,
        confidence_score=number(profile.confidence, 3),
        shared_at=shared.shared_at,
    )
