"""The bank in use and the state of health, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from credcore.bank import Bank
from credcore.memory.state import MemoryState
from credcore.ports import Health


@dataclass(frozen=True)
class MemoryBank:
    state: MemoryState
    _documents: list[bytes] = field(default_factory=list)

    async def publish(self, bank_document: bytes, bank: Bank) -> int:
        if not self._documents or self._documents[-1] != bank_document:
            self._documents.append(bank_document)
        for question in bank.all_questions():
            self.state.questions[question.id, question.version] = question
        return len(self._documents)

    async def current(self) -> tuple[int, bytes] | None:
        return (len(self._documents), self._documents[-1]) if self._documents else None

    async def revision(self) -> int | None:
        return len(self._documents) or None


class MemoryHealth:
    async def check(self) -> Health:
        return Health(problems=())
