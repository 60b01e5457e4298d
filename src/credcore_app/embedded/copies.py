"""Programs that PostgreSQL's account can run: the installation itself, or a copy beside the data.

As root, credcore often lives under a directory that is root's alone (a venv in /root). Opening that directory
to others is not ours to do, so what lies in it is copied, once for each version.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

from credcore_app.embedded import launch
from credcore_app.embedded.binaries import Installation
from credcore_app.embedded.errors import EmbeddedError
from credcore_app.embedded.layout import Layout
from credcore_app.embedded.process import Launcher

# For building against PostgreSQL only.
_NOT_NEEDED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")


def reachable(
    installation: Installation, layout: Layout, launcher: Launcher, on_progress: Callable[[str], None]
) -> Installation:
    """The installation, or its copy; for the owner of the lock alone, and only root ever needs to look.

    The look is the real thing: the account enters the data directory and runs the program.
    """
    if os.geteuid() != 0 or _runs(installation, launcher):
        return installation
    prefix = installation.bin_dir.parent
    copy = layout.binaries / installation.version
    copied = Installation(bin_dir=copy / prefix.parent.name / prefix.name / "bin", version=installation.version)
    if not copied.postgres.exists():
        on_progress(f"copying PostgreSQL {installation.version} to where {launcher.account.name} can run it")
        _copy(prefix, copy)
    since = launcher.log_size()
    if not _runs(copied, launcher):
        raise launcher.failure("running the copied PostgreSQL", launch.CANNOT_EXECUTE, since)
    return copied


def _runs(installation: Installation, launcher: Launcher) -> bool:
    since = launcher.log_size()
    status = launcher.start([installation.postgres, "--version"], death_signal=signal.SIGKILL).wait()
    if status in (launch.CANNOT_ENTER, launch.CANNOT_SWITCH):
        raise launcher.failure("starting PostgreSQL", status, since)
    return status == 0


def _copy(prefix: Path, copy: Path) -> None:
    """Copy what a server needs, with every part in the same place relative to the others; all or nothing."""
    if next(prefix.glob("share/**/postgres.bki"), None) is None:
        raise EmbeddedError(
            f"PostgreSQL's account cannot reach {prefix}, and it is no complete installation that could be copied",
            "install PostgreSQL where every account can reach it, or point CREDCORE_PG_BIN at such a one",
        )
    # Copies of other versions and halves of one: nothing runs from them while we hold the lock.
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(mode=0o755)
    fresh = copy.with_name(f"{copy.name}.new")
    target = fresh / prefix.parent.name / prefix.name
    for part in ("bin", "lib", "share"):
        if (prefix / part).is_dir():
            shutil.copytree(prefix / part, target / part, ignore=_NOT_NEEDED)
    # Where a wheel's build puts the libraries that its programs were linked against.
    libraries = prefix.parent.with_name(f"{prefix.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    _open_to_all(copy.parent)
    fresh.rename(copy)


def _open_to_all(tree: Path) -> None:
    """Whatever permissions the originals had: everybody may read and run the copies, only root change them."""
    for folder, _, files in os.walk(tree):
        os.chmod(folder, 0o755)  # noqa: S103 - programs for another account
        for name in files:
            path = os.path.join(folder, name)
            os.chmod(path, 0o755 if os.access(path, os.X_OK) else 0o644)
