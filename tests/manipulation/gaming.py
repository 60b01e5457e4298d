"""Answers made to game rules, out of what an attacker may know or guess of an essay: its terms, reference, prompt and
titles."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from credcore.bank import Bank
from credcore.offline import CriterionSpec, grade
from credcore.offline.lexicon import FUNCTION_WORDS
from credcore.questions import Essay

FUNCTION = sorted(word for word in FUNCTION_WORDS if word.isalpha())
COMMON = [
    "the",
    "a",
    "of",
    "to",
    "in",
    "and",
    "is",
    "are",
    "it",
    "that",
    "for",
    "on",
    "with",
    "by",
    "as",
    "be",
    "this",
    "from",
    "or",
    "can",
    "will",
    "not",
    "an",
    "which",
    "at",
    "so",
    "if",
]
VERBS = [
    "is",
    "are",
    "was",
    "were",
    "be",
    "has",
    "have",
    "had",
    "can",
    "will",
    "should",
    "must",
    "may",
    "does",
    "do",
    "uses",
    "makes",
    "gets",
    "keeps",
    "needs",
    "takes",
    "gives",
    "lets",
    "sends",
    "stores",
    "reads",
    "writes",
    "checks",
    "becomes",
    "means",
    "allows",
    "ensures",
    "returns",
    "contains",
]
_VERB = re.compile(r"\b(" + "|".join(VERBS) + r")\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What an attacker may know (prompt, titles), and what only a leak or luck gives away (terms, reference)."""

    id: str
    prompt: str
    reference: str
    weak: str
    criteria: tuple[CriterionSpec, ...]

    @property
    def terms(self) -> list[str]:
        if self.criteria:
            return [term[0] for criterion in self.criteria for term in criterion.terms]
        words = re.findall(r"[A-Za-z][A-Za-z-]+", self.reference)
        return [w for w in dict.fromkeys(w.lower() for w in words) if w not in FUNCTION_WORDS]

    @property
    def titles(self) -> list[str]:
        return [criterion.title for criterion in self.criteria]


Make = Callable[[Question, random.Random], str]
ATTACKS: dict[str, list[tuple[str, Make]]] = defaultdict(list)


def attack(family: str) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        ATTACKS[family].append((make.__name__, make))
        return make

    return add


def sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+|\n+", text) if s.strip()]


def lower(text: str) -> str:
    return text[:1].lower() + text[1:]


@attack("keywords")
def keywords_in_a_row(q: Question, chance: random.Random) -> str:
    return " ".join(q.terms)


@attack("keywords")
def keywords_thrice(q: Question, chance: random.Random) -> str:
    return " ".join([*q.terms, *reversed(q.terms), *q.terms])


@attack("keywords")
def keywords_as_list(q: Question, chance: random.Random) -> str:
    return "\n".join(f"- {term}" for term in q.terms)


@attack("keywords")
def keywords_with_commas(q: Question, chance: random.Random) -> str:
    return ", ".join(q.terms) + "."


def strewn(words: Sequence[str], among: Sequence[str], share: float, chance: random.Random) -> str:
    found: list[str] = []
    for word in words:
        while chance.random() < share:
            found.append(chance.choice(among))
        found.append(word)
    return " ".join(found)


@attack("keywords with function words")
def common_words_strewn_in(q: Question, chance: random.Random) -> str:
    return strewn(q.terms, COMMON, 0.4, chance)


@attack("keywords with function words")
def few_words_strewn_in(q: Question, chance: random.Random) -> str:
    return strewn(q.terms, COMMON, 0.2, chance)


@attack("keywords with function words")
def any_words_strewn_in(q: Question, chance: random.Random) -> str:
    return strewn(q.terms, FUNCTION, 0.45, chance)


@attack("keywords with function words")
def lines_with_words_strewn_in(q: Question, chance: random.Random) -> str:
    lines = [q.terms[at : at + 5] for at in range(0, len(q.terms), 5)]
    return ".\n".join(strewn(line, COMMON, 0.4, chance) for line in lines) + "."


@attack("keywords with function words")
def the_before_each(q: Question, chance: random.Random) -> str:
    return " ".join(f"the {term}" for term in q.terms) + "."


@attack("keywords chained")
def and_between(q: Question, chance: random.Random) -> str:
    return " and ".join(q.terms) + "."


@attack("keywords chained")
def the_and_the(q: Question, chance: random.Random) -> str:
    return "The " + " and the ".join(q.terms) + "."


@attack("keywords chained")
def it_is_about(q: Question, chance: random.Random) -> str:
    return "It is about " + ", ".join(q.terms[:-1]) + f" and {q.terms[-1]}."


@attack("keywords chained")
def prepositions_between(q: Question, chance: random.Random) -> str:
    return (
        "The "
        + " ".join(
            f"{term} {chance.choice(['of the', 'in the', 'for the', 'with the', 'and the'])}" for term in q.terms[:-1]
        )
        + f" {q.terms[-1]}."
    )


@attack("keywords in empty sentences")
def each_is_important(q: Question, chance: random.Random) -> str:
    return " ".join(f"The {term} is important." for term in q.terms)


@attack("keywords in empty sentences")
def each_is_the_next(q: Question, chance: random.Random) -> str:
    pairs = zip(q.terms[::2], q.terms[1::2], strict=False)
    return " ".join(f"The {one} {chance.choice(['is', 'has', 'uses', 'needs'])} the {two}." for one, two in pairs)


@attack("keywords in empty sentences")
def i_would_use(q: Question, chance: random.Random) -> str:
    return " ".join(f"I would use {term}." for term in q.terms)


@attack("shuffled by words")
def shuffled_whole(q: Question, chance: random.Random) -> str:
    words = q.reference.split()
    chance.shuffle(words)
    return " ".join(words)


@attack("shuffled by words")
def shuffled_in_sentences(q: Question, chance: random.Random) -> str:
    found = []
    for sentence in sentences(q.reference):
        words = sentence.rstrip(".").split()
        chance.shuffle(words)
        found.append(" ".join(words) + ".")
    return " ".join(found)


@attack("shuffled by words")
def reversed_words(q: Question, chance: random.Random) -> str:
    return " ".join(" ".join(reversed(s.rstrip(".").split())) + "." for s in sentences(q.reference))


@attack("shuffled by twos")
def shuffled_pairs(q: Question, chance: random.Random) -> str:
    words = q.reference.split()
    pairs = [words[at : at + 2] for at in range(0, len(words), 2)]
    chance.shuffle(pairs)
    return " ".join(word for pair in pairs for word in pair)


@attack("shuffled by words")
def sorted_words(q: Question, chance: random.Random) -> str:
    return " ".join(sorted(q.reference.split(), key=str.lower))


def negated(sentence: str) -> str:
    for verb in (" is ", " are ", " becomes ", " become ", " must ", " can ", " has ", " have ", " needs "):
        if verb in sentence:
            return sentence.replace(verb, f"{verb}not ", 1)
    return f"It is not true that {lower(sentence)}"


@attack("negated reference")
def one_not_a_sentence(q: Question, chance: random.Random) -> str:
    return " ".join(map(negated, sentences(q.reference)))


@attack("negated reference")
def never_before_verbs(q: Question, chance: random.Random) -> str:
    return " ".join(_VERB.sub(r"never \1", s, count=1) for s in sentences(q.reference))


@attack("negated reference")
def not_true_that(q: Question, chance: random.Random) -> str:
    return " ".join(f"It is not true that {lower(s)}" for s in sentences(q.reference))


@attack("negated reference")
def wrong_that(q: Question, chance: random.Random) -> str:
    return " ".join(f"It is wrong that {lower(s)}" for s in sentences(q.reference))


@attack("negated reference")
def false_behind(q: Question, chance: random.Random) -> str:
    return " ".join(f"{s.rstrip('.')}, which is false." for s in sentences(q.reference))


@attack("negated reference")
def none_of_it_is_true(q: Question, chance: random.Random) -> str:
    return f"None of the following is true. {q.reference}"


@attack("negated reference")
def all_of_it_is_false(q: Question, chance: random.Random) -> str:
    return f"{q.reference} All of this is false."


@attack("negated reference")
def hardly(q: Question, chance: random.Random) -> str:
    return " ".join(_VERB.sub(r"hardly \1", s, count=1) for s in sentences(q.reference))


@attack("question echoed")
def copied(q: Question, chance: random.Random) -> str:
    return q.prompt


@attack("question echoed")
def framed(q: Question, chance: random.Random) -> str:
    return f"The question is about how to {lower(q.prompt)}"


@attack("question echoed")
def every_sentence_framed(q: Question, chance: random.Random) -> str:
    frames = ("The question is about how", "I think it is important that", "We have to explain that", "In this case")
    return " ".join(f"{chance.choice(frames)} {lower(s)}" for s in sentences(q.prompt))


@attack("question echoed")
def in_my_answer(q: Question, chance: random.Random) -> str:
    return f"In my answer I will explain the following. {q.prompt} I would do all of this very carefully and well."


@attack("question echoed")
def words_swapped(q: Question, chance: random.Random) -> str:
    found = []
    for sentence in sentences(q.prompt):
        parts = re.split(r", | and ", sentence.rstrip(".?"))
        found.append(", and ".join(reversed(parts)) + ".")
    return " ".join(found)


@attack("criterion titles")
def titles_pasted(q: Question, chance: random.Random) -> str:
    return ". ".join(q.titles) + "."


@attack("criterion titles")
def titles_as_lines(q: Question, chance: random.Random) -> str:
    return "\n".join(f"- {title}" for title in q.titles)


@attack("criterion titles")
def titles_framed(q: Question, chance: random.Random) -> str:
    return " ".join(f"My answer {lower(title)}." for title in q.titles)


@attack("criterion titles")
def titles_and_question(q: Question, chance: random.Random) -> str:
    return f"{q.prompt}\n" + " ".join(f"I would say that it {lower(title)}." for title in q.titles)


@attack("filler")
def filler(q: Question, chance: random.Random) -> str:
    return "This is a very important topic that many people talk about in many ways. " * 12


@attack("filler")
def praise(q: Question, chance: random.Random) -> str:
    return "My answer is complete and precise, and it covers every part of the question in depth with good reasons."


def questions_of(bank: Bank) -> list[Question]:
    return [
        Question(
            id=essay.id,
            prompt=essay.prompt,
            reference=essay.reference_answer,
            weak=essay.weak_answer,
            criteria=tuple(
                CriterionSpec(id=c.id, title=c.title, max_points=c.points, looks_for=c.looks_for, terms=c.terms)
                for c in essay.criteria
            ),
        )
        for asked in bank.questions.values()
        for essay in asked
        if isinstance(essay, Essay)
    ]


def points(question: Question, answer: str) -> float:
    found = grade(prompt=question.prompt, reference=question.reference, criteria=question.criteria, answer=answer)
    return float(found.points)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """One gamed answer: its points alone, and what it adds to the weak answer."""

    question: str
    attack: str
    alone: float
    gained: float


def tried(family: str, questions: Sequence[Question]) -> list[Tried]:
    found = []
    for question in questions:
        for name, make in ATTACKS[family]:
            text = make(question, random.Random(question.id))
            if text.split() == question.reference.split():
                continue  # nothing in it could be negated
            gained = points(question, f"{question.weak}\n{text}") - points(question, question.weak)
            found.append(
                Tried(question=question.id, attack=name, alone=points(question, text), gained=round(gained, 1))
            )
    return found
