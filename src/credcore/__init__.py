"""The rules of the assessment, with the standard library alone. ``import credcore`` is all that a plugin needs.

Each module is imported when it is first named: ``credcore.bank``, ``credcore.scoring``, ``credcore.services``.
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
