"""The AI grader over the OpenAI chat-completions protocol. Importing this imports no SDK; opening a grader does."""

from credcore_openai.calls import CallPolicy
from credcore_openai.client import Connection
from credcore_openai.grader import UNMEASURED, OpenAIGrader
from credcore_openai.prompt import prompt_hash
from credcore_openai.reply import replay
from credcore_openai.wiring import DEFAULT_MODEL, Listening, Observer, OpenAISettings, open_grader

__all__ = [
    "DEFAULT_MODEL",
    "UNMEASURED",
    "CallPolicy",
    "Connection",
    "Listening",
    "Observer",
    "OpenAIGrader",
    "OpenAISettings",
    "open_grader",
    "prompt_hash",
    "replay",
]
