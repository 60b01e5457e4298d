"""A small content folder that the check finds nothing wrong with: one role with two domains, taken from the bank.

Ids are plain numbers in order, so that a test can name an entry whatever the bank says today.
"""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from credcore_app.content_yaml import ContentLoader

CONTENT = Path(__file__).parents[2] / "content"
ROLE = "backend-developer"
QUESTIONS = f"questions/{ROLE}.yaml"
FILES = ("roles.yaml", "interests.yaml", "courses.yaml", "recommendations.yaml", QUESTIONS)

Documents = dict[str, Any]  # Any: YAML documents by file, which tests spoil in every way


def documents() -> Documents:
    return copy.deepcopy(_documents())


@cache
def _documents() -> Documents:
    made = {file: _read(file) for file in FILES}
    role = next(role for role in made["roles.yaml"] if role["role"] == ROLE)
    _keep_two_domains(role)
    kept = {domain["domain"] for domain in role["domains"]}
    for kind, name in (("multiple_choice", "choice"), ("essays", "essay")):
        questions = [question for question in made[QUESTIONS][kind] if question["domain"] in kept]
        made[QUESTIONS][kind] = questions
        for number, question in enumerate(questions, start=1):
            question["id"] = f"{name}-{number}"
    made["roles.yaml"] = [role]
    made["interests.yaml"] = [question for question in made["interests.yaml"] if "roles" not in question]
    made["recommendations.yaml"] = {ROLE: made["recommendations.yaml"][ROLE]}
    _keep_recommended(made)
    return made


def _keep_two_domains(role: dict[str, Any]) -> None:  # Any: a YAML mapping
    """The first two, which take over what the others are served by, so that every course still serves one."""
    areas = [area for domain in role["domains"][2:] for area in domain["catalogue"]]
    role["domains"] = role["domains"][:2]
    role["domains"][1]["catalogue"] += areas
    for domain in role["domains"]:
        domain["weight"] = "0.50"


def _keep_recommended(made: Documents) -> None:
    cells = [cell for band in made["recommendations.yaml"][ROLE].values() for cell in band.values()]
    wanted = {course for cell in cells for course in cell}
    made["courses.yaml"] = [course for course in made["courses.yaml"] if course["id"] in wanted]
    taught = {area for course in made["courses.yaml"] for area in course["skill_areas"]}
    for domain in made["roles.yaml"][0]["domains"]:
        domain["catalogue"] = [area for area in domain["catalogue"] if area in taught]
    for course in made["courses.yaml"]:
        course["roles"] = [ROLE]
        course["skill_areas"] = [area for area in course["skill_areas"] if area.startswith(("backend.", "common."))]
        course["reviewed_at"] = "2026-11-22"


def _read(file: str) -> Any:  # Any: whatever YAML gives
    return yaml.load((CONTENT / file).read_text(encoding="utf-8"), Loader=ContentLoader)


def write(folder: Path, made: Documents) -> None:
    """One field a line, as far as YAML allows, so that a marker finds its line."""
    for file, document in made.items():
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100_000)
        path.write_text(text, encoding="utf-8")


def line_of(folder: Path, file: str, *markers: str) -> int:
    """The line of the last marker, each looked for behind the line of the one before it; 1 without markers."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    line = 0
    for marker in markers:
        line = next(number for number, text in enumerate(lines[line:], start=line + 1) if marker in text)
    return max(line, 1)
