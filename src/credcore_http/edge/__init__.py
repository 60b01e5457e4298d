"""What stands between the socket and the application: plain ASGI, the standard library and msgspec."""

from credcore_http.edge.cors import CorsPolicy, Preflights
from credcore_http.edge.guard import BodyGuard
from credcore_http.edge.head import HeadGuard
from credcore_http.edge.paths import ExactPaths
from credcore_http.edge.problem import FieldProblem, Problem, problem
from credcore_http.edge.requestid import AccessLine, RequestIds
from credcore_http.edge.trace import RequestContext, current_request

__all__ = [
    "AccessLine",
    "BodyGuard",
    "CorsPolicy",
    "ExactPaths",
    "FieldProblem",
    "HeadGuard",
    "Preflights",
    "Problem",
    "RequestContext",
    "RequestIds",
    "current_request",
    "problem",
]
