"""All that a database holds, to look for traces of somebody in it."""

from __future__ import annotations

import re

from credcore_pg import PostgresStores

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


async def everything(stores: PostgresStores) -> dict[str, str]:
    """Every table as text, bytes decoded."""
    found = {}
    for row in await stores.database.rows(TABLES):
        table = row["tablename"]
        rows = await stores.database.rows(f"SELECT to_jsonb(t)::text AS entry FROM {table} AS t")
        text = "\n".join(entry["entry"] for entry in rows)
        hexed = re.findall(r"\\\\x([0-9a-f]+)", text)
        found[table] = "\n".join([text, *(bytes.fromhex(each).decode("utf-8", "replace") for each in hexed)])
    return found
