"""Build hook: compile ``content/`` into the one JSON file that the wheel carries and the core can load by itself."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileContent(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # a checkout reads content/ itself, so that an edit shows at once
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        try:
            spec = importlib.util.spec_from_file_location("content", root / "src" / "credcore_app" / "content.py")
            content = importlib.util.module_from_spec(spec)
            sys.modules["content"] = content
            spec.loader.exec_module(content)
            document = content.compile_folder(root / "content")
            content.content_of(document)
        finally:
            sys.path.pop(0)
        target = Path(tempfile.mkdtemp()) / "bank.json"
        target.write_bytes(document)
        build_data["force_include"][str(target)] = "credcore/bank.json"
