"""Use cases: each loads what it needs through ports, lets the rules decide, and stores what they said.

Each module is imported when it is first named, as those of ``credcore`` are.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own would take longer to import than all else here

if not TYPE_CHECKING:  # a type checker wants each module imported by its name

    def __getattr__(name: str) -> object:
        import importlib

        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as missing:
            if missing.name != f"{__name__}.{name}":  # it is there, and what it needs is not
                raise
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None

    def __dir__() -> list[str]:
        """So that a prompt completes the names of modules that were not loaded yet."""
        import pkgutil

        return sorted({*globals(), *(module.name for module in pkgutil.iter_modules(__path__))})
