"""Faults planted in the small content, each with the rule that finds it and the line where."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.content.small_content import QUESTIONS, ROLE, Documents

from credcore_app.content_check import Rule

Plant = Callable[[Documents], object]
Entry = dict[str, Any]  # Any: a YAML mapping

TABLE = "recommendations.yaml"
INTERESTS = "interests.yaml"
COURSES = "courses.yaml"
ROLES = "roles.yaml"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """``markers`` lead to the line: each is looked for from the line of the one before it."""

    rule: Rule
    file: str
    markers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Seed:
    """``alone``: the check finds this and nothing else; otherwise the fault is of several kinds at once."""

    fault: str
    plant: Plant
    expected: tuple[Expected, ...]
    alone: bool = True


SEEDS: list[Seed] = []


def seed(fault: str, rule: Rule, file: str, *markers: str, alone: bool = True) -> Callable[[Plant], Plant]:
    """A second one on the same function adds a line that the same fault is found at."""

    def add(plant: Plant) -> Plant:
        expected = Expected(rule=rule, file=file, markers=markers)
        if SEEDS and SEEDS[-1].plant is plant:
            last = SEEDS.pop()
            expected_all = (*last.expected, expected)
        else:
            expected_all = (expected,)
        SEEDS.append(Seed(fault=fault, plant=plant, expected=expected_all, alone=alone))
        return plant

    return add


def choice(made: Documents, number: int = 1) -> Entry:
    found: Entry = made[QUESTIONS]["multiple_choice"][number - 1]
    return found


def essay(made: Documents, number: int = 1) -> Entry:
    found: Entry = made[QUESTIONS]["essays"][number - 1]
    return found


def distractor(question: Entry) -> Entry:
    found: Entry = next(option for option in question["options"] if option["id"] != question["key"])
    return found


def key_of(question: Entry) -> Entry:
    found: Entry = next(option for option in question["options"] if option["id"] == question["key"])
    return found


def cell(made: Documents, band: str = "low", tag: str = "hands-on-projects") -> list[str]:
    found: list[str] = made[TABLE][ROLE][band][tag]
    return found


def course(made: Documents, id: str) -> Entry:
    found: Entry = next(entry for entry in made[COURSES] if entry["id"] == id)
    return found


# What an entry may hold


@seed("a field is missing", Rule.SCHEMA, QUESTIONS, "id: choice-1")
def _(made: Documents) -> None:
    del choice(made)["difficulty"]


@seed("a field that nobody knows", Rule.SCHEMA, QUESTIONS, "id: choice-1", "hint:")
def _(made: Documents) -> None:
    choice(made)["hint"] = "look at the log"


@seed("a field of another type", Rule.SCHEMA, QUESTIONS, "time_limit_seconds: soon")
def _(made: Documents) -> None:
    choice(made)["time_limit_seconds"] = "soon"


@seed("a value out of range", Rule.SCHEMA, QUESTIONS, "difficulty: 7")
def _(made: Documents) -> None:
    choice(made)["difficulty"] = 7


@seed("a key that is no option", Rule.SCHEMA, QUESTIONS, "key: z")
def _(made: Documents) -> None:
    choice(made)["key"] = "z"


@seed("a field missing deep inside", Rule.SCHEMA, QUESTIONS, "id: choice-2", "  - id: c")
def _(made: Documents) -> None:
    del choice(made, 2)["options"][2]["rationale"]


@seed("an option's id twice", Rule.SCHEMA, QUESTIONS, "id: choice-1", "  - id: b", "  - id: b")
def _(made: Documents) -> None:
    choice(made)["options"][0]["id"] = "b"
    choice(made)["options"][1]["id"] = "a"
    choice(made)["options"][2]["id"] = "b"
    choice(made)["key"] = "b"


@seed("a criterion without points", Rule.RUBRIC_POINTS, QUESTIONS, "id: essay-1", "criteria:")
def _(made: Documents) -> None:
    essay(made)["criteria"][0]["points"] = 0


@seed("a rubric that does not add up", Rule.RUBRIC_POINTS, QUESTIONS, "id: essay-2", "criteria:")
def _(made: Documents) -> None:
    essay(made, 2)["criteria"][0]["points"] += 1


@seed("a weight that is no number", Rule.SCHEMA, ROLES, "weight: heavy")
def _(made: Documents) -> None:
    made[ROLES][0]["domains"][0]["weight"] = "heavy"


@seed("more selections than options", Rule.SCHEMA, INTERESTS, "min_selections: 9")
def _(made: Documents) -> None:
    made[INTERESTS][0]["min_selections"] = 9


@seed("hours in words", Rule.SCHEMA, COURSES, "effort_hours: a weekend")
def _(made: Documents) -> None:
    made[COURSES][0]["effort_hours"] = "a weekend"


@seed("a part of a question file that nobody knows", Rule.SCHEMA, QUESTIONS, "puzzles:")
def _(made: Documents) -> None:
    made[QUESTIONS]["puzzles"] = []


@seed("a part that is no list", Rule.SCHEMA, QUESTIONS, "essays:")
def _(made: Documents) -> None:
    made[QUESTIONS]["essays"] = "to be written"


@seed("a cell that is no list", Rule.SCHEMA, TABLE, "mid:", "certification: none")
def _(made: Documents) -> None:
    made[TABLE][ROLE]["mid"]["certification"] = "none yet"


@seed("a text without words", Rule.EMPTY_TEXT, QUESTIONS, "id: choice-1", "rationale: ' '")
def _(made: Documents) -> None:
    distractor(choice(made))["rationale"] = " "


# Names of something that does not exist


@seed("an unknown interest tag in a course", Rule.UNKNOWN_TAG, COURSES, "- by-osmosis")
def _(made: Documents) -> None:
    made[COURSES][0]["interest_tags"].append("by-osmosis")


@seed("an unknown tag in an interest question", Rule.UNKNOWN_TAG, INTERESTS, "interest_tag: by-osmosis")
def _(made: Documents) -> None:
    made[INTERESTS][0]["options"][0]["interest_tag"] = "by-osmosis"


@seed("an unknown tag in the table", Rule.UNKNOWN_TAG, TABLE, "high:", "by-osmosis:")
def _(made: Documents) -> None:
    made[TABLE][ROLE]["high"]["by-osmosis"] = cell(made)


@seed("an unknown band", Rule.UNKNOWN_BAND, TABLE, "superb:")
def _(made: Documents) -> None:
    made[TABLE][ROLE]["superb"] = made[TABLE][ROLE]["low"]


@seed("an unknown role in the table", Rule.UNKNOWN_ROLE, TABLE, "astronaut:")
def _(made: Documents) -> None:
    made[TABLE]["astronaut"] = {}


@seed("an unknown role of an interest question", Rule.UNKNOWN_ROLE, INTERESTS, "roles:", "- astronaut")
def _(made: Documents) -> None:
    made[INTERESTS][0]["roles"] = [ROLE, "astronaut"]


@seed("an unknown role of a course", Rule.UNKNOWN_ROLE, COURSES, "- astronaut")
def _(made: Documents) -> None:
    made[COURSES][0]["roles"].append("astronaut")


@seed("a question file of no role", Rule.UNKNOWN_ROLE, "questions/astronaut.yaml")
def _(made: Documents) -> None:
    made["questions/astronaut.yaml"] = {"multiple_choice": [], "essays": []}


@seed("a role without questions", Rule.MISSING_QUESTIONS, ROLES, f"role: {ROLE}")
def _(made: Documents) -> None:
    del made[QUESTIONS]


@seed("a question of a foreign domain", Rule.THIN_DOMAIN, QUESTIONS, "essays:")
@seed("a question of a foreign domain", Rule.UNKNOWN_DOMAIN, QUESTIONS, "domain: frontend.markup")
def _(made: Documents) -> None:
    essay(made)["domain"] = "frontend.markup"


@seed("a course that the catalogue has not", Rule.UNKNOWN_COURSE, TABLE, "low:", "- moon-landing-101")
def _(made: Documents) -> None:
    cell(made)[-1] = "moon-landing-101"


@seed("an area that serves nobody", Rule.UNKNOWN_AREA, COURSES, "- kitchen.cooking")
def _(made: Documents) -> None:
    made[COURSES][0]["skill_areas"].append("kitchen.cooking")


# Roles, ids and counts


@seed("weights that do not add up", Rule.DOMAIN_WEIGHTS, ROLES, "domains:")
def _(made: Documents) -> None:
    made[ROLES][0]["domains"][0]["weight"] = "0.60"


@seed("a domain of two roles", Rule.DUPLICATE_ID, ROLES, "role: second", "domain: backend.databases", alone=False)
@seed("a domain of two roles", Rule.DUPLICATE_ID, ROLES, "role: second", "domain: backend.apis", alone=False)
def _(made: Documents) -> None:
    made[ROLES].append({**copy.deepcopy(made[ROLES][0]), "role": "second"})
    made["questions/second.yaml"] = {"multiple_choice": [], "essays": []}
    made[TABLE]["second"] = {}


@seed("an id with a blank", Rule.ID_FORM, QUESTIONS, "id: Choice 1")
def _(made: Documents) -> None:
    choice(made)["id"] = "Choice 1"


@seed("a course's id with a capital", Rule.ID_FORM, COURSES, "id: the-Twin")
def _(made: Documents) -> None:
    made[COURSES].append({**made[COURSES][0], "id": "the-Twin", "url": "https://twin.example.org"})


@seed("a question file of another ending", Rule.UNREAD_FILE, "questions/more.yml")
def _(made: Documents) -> None:
    made["questions/more.yml"] = {"multiple_choice": []}


@seed("a file that is one letter off", Rule.UNREAD_FILE, "course.yaml")
def _(made: Documents) -> None:
    made["course.yaml"] = []


@seed("an area that no course has", Rule.UNKNOWN_AREA, ROLES, "- backend.cobol")
def _(made: Documents) -> None:
    made[ROLES][0]["domains"][0]["catalogue"].append("backend.cobol")


@seed("a question's id twice", Rule.DUPLICATE_ID, QUESTIONS, "essays:", "id: choice-3")
def _(made: Documents) -> None:
    essay(made)["id"] = "choice-3"


@seed("a course's id twice", Rule.DUPLICATE_ID, COURSES, "title: Once more", "id:")
def _(made: Documents) -> None:
    first = made[COURSES][0]
    again = {**first, "title": "Once more", "url": "https://example.org/once-more"}
    made[COURSES].append({"title": "Once more", "id": first["id"]} | again)


@seed("five questions in a domain", Rule.THIN_DOMAIN, QUESTIONS, "multiple_choice:")
def _(made: Documents) -> None:
    del made[QUESTIONS]["multiple_choice"][0]


@seed("three essays in a domain", Rule.THIN_DOMAIN, QUESTIONS, "essays:")
def _(made: Documents) -> None:
    del made[QUESTIONS]["essays"][1]


@seed("a domain with one easy question", Rule.DIFFICULTY_SPREAD, QUESTIONS, "multiple_choice:")
def _(made: Documents) -> None:
    choice(made)["difficulty"] = 2


@seed("five interest questions", Rule.FEW_INTERESTS, INTERESTS)
def _(made: Documents) -> None:
    del made[INTERESTS][4:-1]


@seed("two interest questions with interest tags", Rule.FEW_INTERESTS, INTERESTS)
def _(made: Documents) -> None:
    tagged = [question for question in made[INTERESTS] if "interest_tag" in question["options"][0]]
    others = [question for question in made[INTERESTS] if question not in tagged]
    made[INTERESTS] = [*tagged[:2], *others]


@seed("no interest question about objectives", Rule.FEW_INTERESTS, INTERESTS)
def _(made: Documents) -> None:
    made[INTERESTS] = [question for question in made[INTERESTS] if "interest_tag" in question["options"][0]]


@seed("a way of learning that nobody can choose", Rule.INTEREST_TAGS, INTERESTS, "options:")
def _(made: Documents) -> None:
    del made[INTERESTS][0]["options"][0]


@seed("an option without a tag", Rule.INTEREST_TAGS, INTERESTS, "options:")
def _(made: Documents) -> None:
    del made[INTERESTS][0]["options"][0]["interest_tag"]


@seed("a question about ways and objectives", Rule.INTEREST_TAGS, INTERESTS, "options:")
def _(made: Documents) -> None:
    del made[INTERESTS][0]["options"][0]["interest_tag"]
    made[INTERESTS][0]["options"][0]["objective_tag"] = "deepen"


# Multiple choice


@seed("three options", Rule.OPTIONS, QUESTIONS, "id: choice-1", "options:")
def _(made: Documents) -> None:
    choice(made)["options"] = choice(made)["options"][:3]
    choice(made)["key"] = "b"


@seed("the same option twice", Rule.DUPLICATE_OPTION, QUESTIONS, "id: choice-2", "  - id: b", "text:")
def _(made: Documents) -> None:
    choice(made, 2)["options"][1]["text"] = choice(made, 2)["options"][0]["text"].upper()


@seed(
    "an explanation that two options share", Rule.DUPLICATE_OPTION, QUESTIONS, "id: choice-2", "  - id: b", "rationale:"
)
def _(made: Documents) -> None:
    options = choice(made, 2)["options"]
    options[1]["rationale"] = options[0]["rationale"]


@seed("a way of learning in the same words", Rule.DUPLICATE_OPTION, INTERESTS, "options:", "- id: b", "text:")
def _(made: Documents) -> None:
    options = made[INTERESTS][0]["options"]
    options[1]["text"] = options[0]["text"]


@seed("another key than the one that was meant", Rule.KEY_RATIONALE, QUESTIONS, "id: choice-1", "key:")
def _(made: Documents) -> None:
    choice(made)["key"] = distractor(choice(made))["id"]


@seed("two options that are said to be right", Rule.KEY_RATIONALE, QUESTIONS, "id: choice-1", "key:")
def _(made: Documents) -> None:
    wrong = distractor(choice(made))
    wrong["rationale"] = f"Right. {wrong['rationale']}"


@seed("an option twice as long", Rule.OPTION_LENGTH, QUESTIONS, "id: choice-1", "options:")
def _(made: Documents) -> None:
    text = distractor(choice(made))["text"]
    distractor(choice(made))["text"] = f"{text.rstrip('.')} and {text}"


@seed("a key that alone has no full stop", Rule.OPTION_FORM, QUESTIONS, "id: choice-1", "text: The order has a key")
def _(made: Documents) -> None:
    key_of(choice(made))["text"] = "The order has a key by which a server that knows it finds and repeats the answer"


@seed("an option that alone begins small", Rule.OPTION_FORM, QUESTIONS, "text: sends")
def _(made: Documents) -> None:
    distractor(choice(made))["text"] = "sends the order twice and compares both of the numbers that come back from it."


@seed("all of the above", Rule.FORBIDDEN_PHRASE, QUESTIONS, "text: All of the above")
def _(made: Documents) -> None:
    distractor(choice(made))["text"] = "All of the above, since each of the three designs helps where the others fail."


@seed("both a and b", Rule.FORBIDDEN_PHRASE, QUESTIONS, "text: Whatever the client does")
def _(made: Documents) -> None:
    distractor(choice(made))["text"] = "Whatever the client does, it becomes safe by the combination of both a and b."


@seed("an absolute word", Rule.ABSOLUTE_WORD, QUESTIONS, "text: The server always")
def _(made: Documents) -> None:
    distractor(choice(made))["text"] = "The server always refuses a second order that comes within ten short seconds."


@seed("a question for what is not so", Rule.NEGATIVE_STEM, QUESTIONS, "prompt: Which of these")
def _(made: Documents) -> None:
    choice(made)["prompt"] = "Which of these designs does NOT make it safe to send an order again after a lost reply?"


@seed("a prompt that ends in an article", Rule.GRAMMAR_CLUE, QUESTIONS, "prompt: After a lost reply")
def _(made: Documents) -> None:
    choice(made)["prompt"] = "After a lost reply, the design that makes it safe to send the order again is an"


@seed("a time limit of ten minutes", Rule.TIME_LIMIT, QUESTIONS, "time_limit_seconds: 600")
def _(made: Documents) -> None:
    choice(made)["time_limit_seconds"] = 600


@seed("a prompt too long to be read in time", Rule.TIME_LIMIT, QUESTIONS, "id: choice-1", "time_limit_seconds:")
def _(made: Documents) -> None:
    choice(made)["prompt"] += " ".join(f"word{number}" for number in range(120))


@seed("all keys at the same place", Rule.KEY_BALANCE, QUESTIONS, "multiple_choice:")
def _(made: Documents) -> None:
    for question in made[QUESTIONS]["multiple_choice"]:
        first, key = question["options"][0], key_of(question)
        for field in ("text", "rationale"):
            first[field], key[field] = key[field], first[field]
        question["key"] = "a"


@seed("keys that are the longest", Rule.LONGEST_KEY, QUESTIONS, "multiple_choice:")
def _(made: Documents) -> None:
    for question in made[QUESTIONS]["multiple_choice"]:
        longest = max(len(option["text"]) for option in question["options"])
        key = key_of(question)
        stop = "." if key["text"].endswith(".") else ""
        key["text"] = key["text"].rstrip(".").ljust(longest, "s") + "s" + stop


@seed("a phrase that distractors alone have", Rule.TELLING_PHRASE, QUESTIONS, "multiple_choice:")
def _(made: Documents) -> None:
    for question in made[QUESTIONS]["multiple_choice"]:
        for option in question["options"]:
            if option is not key_of(question):
                ending = ", so that it is."
                option["text"] = option["text"][: -len(ending)] + ending


# Essays


@seed("two criteria", Rule.CRITERIA_COUNT, QUESTIONS, "id: essay-1", "criteria:")
def _(made: Documents) -> None:
    made_of = essay(made)["criteria"]
    essay(made)["criteria"] = made_of[:2]
    for criterion in made_of[:2]:
        criterion["points"] = 5


@seed("two terms", Rule.TERMS_COUNT, QUESTIONS, "id: essay-1", "terms:")
def _(made: Documents) -> None:
    criterion = essay(made)["criteria"][0]
    criterion["terms"] = criterion["terms"][:2]


@seed("terms that the prompt says", Rule.TERMS_IN_PROMPT, QUESTIONS, "id: essay-1", "terms:")
def _(made: Documents) -> None:
    terms = essay(made)["criteria"][0]["terms"]
    essay(made)["prompt"] += " Mind: " + ", ".join(str(term).split(" | ")[0] for term in terms) + "."


@seed("a term that the reference does not say", Rule.TERM_NOT_IN_REFERENCE, QUESTIONS, "- zeppelin")
def _(made: Documents) -> None:
    essay(made)["criteria"][0]["terms"].append("zeppelin | airship")


@seed("a term with a stray quotation mark", Rule.TERM_CANNOT_MATCH, QUESTIONS, "- '\"zeppelin")
def _(made: Documents) -> None:
    essay(made)["reference_answer"] += " A zeppelin."
    essay(made)["criteria"][0]["terms"].append('"zeppelin | zeppelin')


@seed("a term cut off", Rule.TERM_CANNOT_MATCH, QUESTIONS, "- zepp ")
def _(made: Documents) -> None:
    essay(made)["reference_answer"] += " An airship is a zeppelinship."
    essay(made)["criteria"][0]["terms"].append("zepp | airship")


@seed("wordings without space between them", Rule.TERM_CANNOT_MATCH, QUESTIONS, "- zeppelin|airship")
def _(made: Documents) -> None:
    essay(made)["reference_answer"] += " A zeppelin|airship."
    essay(made)["criteria"][0]["terms"].append("zeppelin|airship")


@seed("a term over two sentences", Rule.TERM_CANNOT_MATCH, QUESTIONS, "- it fails. Then")
def _(made: Documents) -> None:
    essay(made)["criteria"][0]["terms"].append("it fails. Then it is retried")


@seed("room for a novel", Rule.MAX_LENGTH, QUESTIONS, "max_length: 9000")
def _(made: Documents) -> None:
    essay(made)["max_length"] = 9000


@seed("an essay in ten seconds", Rule.TIME_LIMIT, QUESTIONS, "id: essay-1", "time_limit_seconds:")
def _(made: Documents) -> None:
    essay(made)["time_limit_seconds"] = 10


@seed("a weak answer of five words", Rule.ANSWER_LENGTH, QUESTIONS, "weak_answer: I would use")
def _(made: Documents) -> None:
    essay(made)["weak_answer"] = "I would use something else."


@seed(
    "a weak answer cut out of the reference",
    Rule.WEAK_ANSWER_COPIED,
    QUESTIONS,
    "id: essay-1",
    "weak_answer:",
    alone=False,
)
def _(made: Documents) -> None:
    essay(made)["weak_answer"] = " ".join(essay(made)["reference_answer"].split()[:40])


@seed(
    "a reference beside the rubric",
    Rule.REFERENCE_GRADE,
    QUESTIONS,
    "id: essay-1",
    "reference_answer:",
    alone=False,
)
def _(made: Documents) -> None:
    essay(made)["reference_answer"] = essay(made, 6)["reference_answer"]


@seed("a weak answer that is a good one", Rule.WEAK_GRADE, QUESTIONS, "id: essay-1", "weak_answer:", alone=False)
def _(made: Documents) -> None:
    essay(made)["weak_answer"] = essay(made)["reference_answer"]


@seed(
    "a rubric that another question's answer meets",
    Rule.OFF_TOPIC_GRADE,
    QUESTIONS,
    "id: essay-2",
    "criteria:",
    alone=False,
)
def _(made: Documents) -> None:
    for field in ("criteria", "reference_answer"):
        essay(made, 2)[field] = copy.deepcopy(essay(made)[field])


# Duplicates


@seed("the same question again", Rule.DUPLICATE_QUESTION, QUESTIONS, "id: choice-13", "prompt:")
def _(made: Documents) -> None:
    made[QUESTIONS]["multiple_choice"].append({**copy.deepcopy(choice(made)), "id": "choice-13"})


@seed("the same question in other words", Rule.NEAR_DUPLICATE, QUESTIONS, "id: choice-13", "prompt:")
def _(made: Documents) -> None:
    again = copy.deepcopy(choice(made)["prompt"]).replace("mobile", "desktop").replace("order", "purchase")
    made[QUESTIONS]["multiple_choice"].append({**copy.deepcopy(choice(made)), "id": "choice-13", "prompt": again})


# The catalogue and the table


@seed("a level that nobody knows", Rule.COURSE_FIELD, COURSES, "level: heroic")
def _(made: Documents) -> None:
    made[COURSES][0]["level"] = "heroic"


@seed("hours that are no number", Rule.COURSE_FIELD, COURSES, "effort_hours: .nan")
def _(made: Documents) -> None:
    made[COURSES][0]["effort_hours"] = float("nan")


@seed("an address without a host", Rule.COURSE_FIELD, COURSES, "url: https://nowhere")
def _(made: Documents) -> None:
    made[COURSES][0]["url"] = "https://nowhere"


@seed("a credential of no type", Rule.COURSE_FIELD, COURSES, "credential: A medal")
def _(made: Documents) -> None:
    entry = next(entry for entry in made[COURSES] if entry["credential_type"] == "none")
    entry["credential"] = "A medal"


@seed("a source without a date", Rule.COURSE_FIELD, COURSES, "seen:")
def _(made: Documents) -> None:
    del made[COURSES][0]["seen"]["date"]


@seed("a course without an area's role", Rule.COURSE_FIELD, COURSES, "roles: []")
def _(made: Documents) -> None:
    made[COURSES].append({**made[COURSES][0], "id": "for-nobody", "url": "https://example.org/nobody", "roles": []})


@seed("an address twice", Rule.DUPLICATE_COURSE, COURSES, "id: the-twin", "url:")
def _(made: Documents) -> None:
    made[COURSES].append({**made[COURSES][0], "id": "the-twin"})


@seed("a course that nobody looked at for 91 days", Rule.NOT_REVIEWED, COURSES, "reviewed_at: '2026-08-24'")
def _(made: Documents) -> None:
    made[COURSES][0]["reviewed_at"] = "2026-08-24"


@seed("a review tomorrow", Rule.REVIEW_DATE, COURSES, "reviewed_at: '2026-11-24'")
def _(made: Documents) -> None:
    made[COURSES][0]["reviewed_at"] = "2026-11-24"


@seed("a missing cell", Rule.MISSING_CELL, TABLE, "mid:")
def _(made: Documents) -> None:
    del made[TABLE][ROLE]["mid"]["certification"]


@seed("a cell of one course", Rule.CELL_SIZE, TABLE, "low:", "hands-on-projects:", alone=False)
def _(made: Documents) -> None:
    del cell(made)[1:]


@seed("a course twice in a cell", Rule.CELL_SIZE, TABLE, "low:", "hands-on-projects:", alone=False)
def _(made: Documents) -> None:
    cell(made)[:] = [cell(made)[0]] * 2


@seed(
    "a course for another role",
    Rule.COURSE_MISFIT,
    TABLE,
    "low:",
    "hands-on-projects:",
    "- ",
    alone=False,
)
def _(made: Documents) -> None:
    course(made, cell(made)[0])["roles"] = []


@seed("a course of another way of learning", Rule.COURSE_MISFIT, TABLE, "low:", "reading-docs:", "- ", alone=False)
def _(made: Documents) -> None:
    course(made, cell(made, tag="reading-docs")[0])["interest_tags"] = ["certification"]


@seed("a course that serves no domain", Rule.COURSE_MISFIT, TABLE, "low:", "hands-on-projects:", "- ", alone=False)
def _(made: Documents) -> None:
    course(made, cell(made)[0])["skill_areas"] = ["common.git"]


@seed("an advanced course for beginners", Rule.COURSE_MISFIT, TABLE, "low:", "hands-on-projects:", "- ", alone=False)
def _(made: Documents) -> None:
    course(made, cell(made)[0])["level"] = "advanced"


@seed("one course in most cells", Rule.COURSE_EVERYWHERE, TABLE, f"{ROLE}:", alone=False)
def _(made: Documents) -> None:
    for band in made[TABLE][ROLE].values():
        for ids in list(band.values())[:3]:
            ids[-1] = "cs50-sql"


@seed("a cell without a free course", Rule.NO_FREE_COURSE, TABLE, "low:", "hands-on-projects:", alone=False)
def _(made: Documents) -> None:
    for id in cell(made):
        course(made, id)["cost"] = "paid"
    made[COURSES].append(
        {**course(made, cell(made)[0]), "id": "free-one", "url": "https://example.org/f", "cost": "free"}
    )


@seed("a cell without a credential", Rule.NO_CREDENTIAL, TABLE, "low:", "hands-on-projects:", alone=False)
def _(made: Documents) -> None:
    made[COURSES].append(
        {
            **course(made, cell(made)[0]),
            "id": "badge-one",
            "url": "https://example.org/b",
            "credential": "A badge",
            "credential_type": "badge",
        }
    )
    for id in cell(made):
        course(made, id).update(credential=None, credential_type="none")
