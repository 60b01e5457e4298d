"""A student whose answers are the content's own samples: good in some domains of the role, weak in others."""

from __future__ import annotations

from credcore.bank import Bank
from credcore.questions import Essay, Interest, MultipleChoice, Question
from credcore_app.demo.client import Json
from credcore_app.fault import Fault


class SampleStudent:
    """Strong in the role's first two domains, weak in the last, and in the third better at choosing than at writing.

    Nothing is left to chance: the same form gets the same answers.
    """

    def __init__(self, bank: Bank, role: str) -> None:
        domains = [domain.id for domain in bank.role(role).domains]
        self._bank = bank
        self._chooses_wrongly = set(domains[3:])
        self._writes_weakly = set(domains[2:])

    def answer(self, asked: Json) -> Json:
        """The body of the answer to a question as the API asks it."""
        question = self._bank.by_id.get(asked["questionId"])
        if question is None:
            raise Fault(f"question {asked['questionId']} came into use while the demo ran; start it again")
        return {"questionId": question.id, **self._answer(question)}

    def _answer(self, question: Question) -> Json:
        match question:
            case MultipleChoice():
                return {"optionId": self._choice(question)}
            case Essay():
                weak = question.domain in self._writes_weakly
                return {"text": question.weak_answer if weak else question.reference_answer}
            case Interest():
                return {"optionIds": [option.id for option in question.options[: question.min_selections or 1]]}

    def _choice(self, question: MultipleChoice) -> str:
        if question.domain not in self._chooses_wrongly:
            return question.key
        return next(option.id for option in question.options if option.id != question.key)
