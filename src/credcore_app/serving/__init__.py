"""An ASGI application on a socket: one server in this process, or several worker processes beside it."""

from credcore_app.serving.listener import StartFailed
from credcore_app.serving.server import run
from credcore_app.serving.supervisor import run_workers

__all__ = ["StartFailed", "run", "run_workers"]
