"""What stands in the content, counted."""

from __future__ import annotations

from collections import Counter
from typing import TypedDict

from rich.console import Console
from rich.table import Table

from credcore.bank import Bank


class DomainCount(TypedDict):
    domain: str
    multipleChoice: int
    essays: int


class RoleCount(TypedDict):
    role: str
    domains: list[DomainCount]


class Counts(TypedDict):
    """As ``--json`` prints it."""

    roles: list[RoleCount]
    interestQuestions: int
    courses: int
    recommendations: int


def counted(bank: Bank) -> Counts:
    return {
        "roles": [
            {
                "role": role.id,
                "domains": [
                    {
                        "domain": domain.id,
                        "multipleChoice": len(bank.multiple_choice(role.id, domain.id)),
                        "essays": len(bank.essays(role.id, domain.id)),
                    }
                    for domain in role.domains
                ],
            }
            for role in bank.roles
        ],
        "interestQuestions": len(bank.interests),
        "courses": len(bank.courses),
        "recommendations": len(bank.table),
    }


def print_counts(counts: Counts) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("domain")
    table.add_column("multiple choice", justify="right")
    table.add_column("essays", justify="right")
    total: Counter[str] = Counter()
    for role in counts["roles"]:
        for domain in role["domains"]:
            table.add_row(domain["domain"], str(domain["multipleChoice"]), str(domain["essays"]))
            total += Counter(choices=domain["multipleChoice"], essays=domain["essays"])
    table.add_row("all", str(total["choices"]), str(total["essays"]), style="bold")
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"{len(counts['roles'])} roles, {counts['interestQuestions']} interest questions, "
        f"{counts['courses']} courses, {counts['recommendations']} cells of recommendations"
    )
