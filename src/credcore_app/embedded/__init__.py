"""A PostgreSQL that comes with the program: for evaluation, development and tests, with nothing to set up."""

from credcore_app.embedded.errors import EmbeddedError, Stopped
from credcore_app.embedded.server import EmbeddedServer, EmbeddedSettings, start

__all__ = ["EmbeddedError", "EmbeddedServer", "EmbeddedSettings", "Stopped", "start"]
