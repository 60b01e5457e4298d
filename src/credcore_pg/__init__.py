"""The stores of credcore in PostgreSQL: ``open_stores`` gives them all, ``migrate`` makes their schema."""

from credcore_pg.connecting import DatabaseSettings, connect
from credcore_pg.keys import SigningKey, SigningKeys
from credcore_pg.migrate import SchemaNotOurs, SchemaState, SchemaStatus, migrate, schema_state
from credcore_pg.queue_state import QueueState
from credcore_pg.stores import PostgresStores, open_stores

__all__ = [
    "DatabaseSettings",
    "PostgresStores",
    "QueueState",
    "SchemaNotOurs",
    "SchemaState",
    "SchemaStatus",
    "SigningKey",
    "SigningKeys",
    "connect",
    "migrate",
    "open_stores",
    "schema_state",
]
