"""Roles, their domains and how many questions stand in each; ids; the interest questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from credcore.blueprint import BLUEPRINTS
from credcore.catalogue import Domain
from credcore.questions import InterestTag
from credcore_app.content_check.entries import GUIDE, AnyScored, Entries, value_at
from credcore_app.content_check.finding import Finding, Rule
from credcore_app.content_check.located import Place

SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"
LEAST_CHOICES = 6
LEAST_ESSAYS = 4
LEAST_INTERESTS = 6
"""For every role: two forms in a row share no question, and a learner is not asked the same thing each time."""
LEAST_TAGGED = 3
DIFFICULTIES = (1, 2, 3)


def roles_and_their_files(entries: Entries) -> Iterator[Finding]:
    """Every role has a question file and every question file a role."""
    known = entries.role_ids()
    for role in entries.roles:
        if role.value.id not in entries.question_files:
            message = f"the role {role.value.id} has no question file"
            yield role.place.finding(Rule.MISSING_QUESTIONS, message, f"Write questions/{role.value.id}.yaml.")
    for name, place in entries.question_files.items():
        if name not in known:
            yield place.finding(Rule.UNKNOWN_ROLE, f"no such role: {name}", "Name the file after a role of roles.yaml.")


def domains_of_roles(entries: Entries) -> Iterator[Finding]:
    """The weights of a role's domains add up to 1, and no domain stands in two roles."""
    seen: set[str] = set()
    for role in entries.roles:
        total = sum((domain.weight for domain in role.value.domains), Fraction(0))
        if total != 1:
            message = f"the weights of its domains add up to {float(total):g}"
            yield role.place.at("domains").finding(Rule.DOMAIN_WEIGHTS, message, "Make them add up to 1.")
        for index, domain in enumerate(role.value.domains):
            if domain.id in seen:
                place = role.place.at("domains", index, "domain")
                yield place.finding(Rule.DUPLICATE_ID, f"the domain {domain.id} stands twice", "Give it another id.")
            seen.add(domain.id)


def ids_stand_once(entries: Entries) -> Iterator[Finding]:
    for named in (
        [(role.value.id, role.place.at("role")) for role in entries.roles],
        [(question.value.id, question.place.at("id")) for question in entries.questions()],
        [(course.value.id, course.place.at("id")) for course in entries.courses],
    ):
        seen: dict[str, Place] = {}
        for id, place in named:
            if id in seen:
                first = f"{seen[id].document.file}:{seen[id].line}"
                yield place.finding(Rule.DUPLICATE_ID, f"{id} stands at {first} already", "Give it another id.")
            seen.setdefault(id, place)


def ids_are_plain(entries: Entries) -> Iterator[Finding]:
    """They stand in addresses, file names and other people's tables."""
    for id, place in (
        *((role.value.id, role.place.at("role")) for role in entries.roles),
        *((entry.value.id, entry.place.at("id")) for entry in (*entries.questions(), *entries.courses)),
    ):
        if not re.fullmatch(SLUG, id):
            remedy = "Use small letters a to z and digits, with hyphens between words."
            yield place.finding(Rule.ID_FORM, f"{id!r} is no plain id", remedy)


def no_text_is_empty(entries: Entries) -> Iterator[Finding]:
    everything: list[Place] = [entry.place for entry in (*entries.roles, *entries.questions(), *entries.courses)]
    for place in everything:
        yield from _empty_texts(place)


def _empty_texts(place: Place) -> Iterator[Finding]:
    value = value_at(place)
    if isinstance(value, dict):
        for name in value:
            yield from _empty_texts(place.at(name))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from _empty_texts(place.at(index))
    elif isinstance(value, str) and not value.strip():
        yield place.finding(Rule.EMPTY_TEXT, f"{place.steps[-1]} says nothing", "Write it, or take the field out.")


def known_domains(entries: Entries) -> Iterator[Finding]:
    domains = {role.value.id: [domain.id for domain in role.value.domains] for role in entries.roles}
    for role in entries.question_files.keys() & domains.keys():
        for question in entries.scored_of(role):
            if question.value.domain not in domains[role]:
                message = f"{question.value.domain!r} is no domain of {role}"
                remedy = f"Its domains are {', '.join(domains[role])}."
                yield question.place.at("domain").finding(Rule.UNKNOWN_DOMAIN, message, remedy)


def enough_in_each_domain(entries: Entries) -> Iterator[Finding]:
    for role in entries.roles:
        if role.value.id not in entries.question_files:
            continue
        for domain in role.value.domains:
            choices: list[AnyScored] = [q for q in entries.choices[role.value.id] if q.value.domain == domain.id]
            essays: list[AnyScored] = [q for q in entries.essays[role.value.id] if q.value.domain == domain.id]
            file = entries.question_files[role.value.id]
            yield from _enough(file.at("multiple_choice"), domain, choices, LEAST_CHOICES, 2)
            yield from _enough(file.at("essays"), domain, essays, LEAST_ESSAYS, 1)


def _enough(
    place: Place,
    domain: Domain,
    found: Sequence[AnyScored],
    least: int,
    least_of_each: int,
) -> Iterator[Finding]:
    """``least_of_each``: questions of every difficulty, so that a form can follow the learner's level."""
    kind = place.steps[-1]
    if len(found) < least:
        message = f"{domain.id} has {len(found)} {kind} questions"
        yield place.finding(Rule.THIN_DOMAIN, message, f"Write {least - len(found)} more: every domain needs {least}.")
        return
    counts = Counter(question.value.difficulty for question in found)
    lacking = [str(difficulty) for difficulty in DIFFICULTIES if counts[difficulty] < least_of_each]
    if lacking:
        message = f"{domain.id} has fewer than {least_of_each} {kind} of difficulty {' and '.join(lacking)}"
        yield place.finding(Rule.DIFFICULTY_SPREAD, message, "Spread the difficulties evenly in each domain.")


def roles_of_interests(entries: Entries) -> Iterator[Finding]:
    known = entries.role_ids()
    for question in entries.interests:
        for index, role in enumerate(question.value.roles):
            if role not in known:
                place = question.place.at("roles", index)
                remedy = f"The roles are {', '.join(sorted(known))}."
                yield place.finding(Rule.UNKNOWN_ROLE, f"no such role: {role}", remedy)


def interests_for_every_role(entries: Entries) -> Iterator[Finding]:
    """Each form's needs: so many questions, and tagged ones, since the recommendation is looked up by a tag."""
    least = max(LEAST_INTERESTS, *(blueprint.interests for blueprint in BLUEPRINTS.values()))
    for role in sorted(entries.role_ids()):
        asked = [q.value for q in entries.interests if not q.value.roles or role in q.value.roles]
        tagged = sum(question.carries_interest_tags for question in asked)
        if len(asked) < least:
            message = f"{role} has {len(asked)} interest questions"
            yield entries.interests_file.finding(Rule.FEW_INTERESTS, message, f"Every role needs {least}.")
        elif tagged < LEAST_TAGGED:
            message = f"{role} has {tagged} interest questions that carry interest tags"
            yield entries.interests_file.finding(Rule.FEW_INTERESTS, message, f"Every role needs {LEAST_TAGGED}.")
        elif not any(option.objective_tag for question in asked for option in question.options):
            message = f"no interest question asks {role} for an objective"
            yield entries.interests_file.finding(Rule.FEW_INTERESTS, message, "Add one with objective tags.")


def tags_of_interests(entries: Entries) -> Iterator[Finding]:
    """A question asks for ways of learning or for objectives; one about ways of learning offers all of them."""
    for question in entries.interests:
        options = question.value.options
        ways = {option.interest_tag for option in options} - {None}
        if any((option.interest_tag is None) == (option.objective_tag is None) for option in options) or (
            ways and any(option.objective_tag for option in options)
        ):
            message = "its options carry neither interest tags alone nor objective tags alone"
            yield question.place.at("options").finding(Rule.INTEREST_TAGS, message, GUIDE)
        elif ways and ways != set(InterestTag):
            missing = ", ".join(sorted(set(InterestTag) - ways))
            message = f"no option stands for {missing}"
            yield question.place.at("options").finding(Rule.INTEREST_TAGS, message, "Offer every way of learning.")


def options_of_interests(entries: Entries) -> Iterator[Finding]:
    for question in entries.interests:
        texts = [" ".join(option.text.split()) for option in question.value.options]
        for index, text in enumerate(texts):
            if text in texts[:index]:
                place = question.place.at("options", index, "text")
                yield place.finding(Rule.DUPLICATE_OPTION, "says the same as an option before it", "Write another.")


RULES = (
    domains_of_roles,
    ids_stand_once,
    ids_are_plain,
    no_text_is_empty,
    known_domains,
    tags_of_interests,
    options_of_interests,
)
WHOLE = (
    roles_and_their_files,
    enough_in_each_domain,
    roles_of_interests,
    interests_for_every_role,
)
