"""Accounts, directories, binaries and versions: where it runs, and the one line that says why it can't."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

import credcore_app
from credcore_app.embedded import EmbeddedError
from credcore_app.embedded.binaries import Installation, installations

if TYPE_CHECKING:
    from conftest import Ground

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about root and the accounts it can become")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def private(path: Path) -> Path:
    """A directory that is root's alone, as /root is."""
    path.mkdir()
    path.chmod(0o700)
    return path


def refusal(ground: Ground, **settings: Path) -> EmbeddedError:
    with pytest.raises(EmbeddedError) as refused:
        ground.start(**settings, fresh=True)
    assert "\n" not in str(refused.value)
    return refused.value


@as_root
def test_as_root_the_server_is_an_account_s_that_is_not_root(ground: Ground) -> None:
    ground.start(fresh=True)
    assert Path(f"/proc/{ground.postmaster()}").stat().st_uid != 0
    assert (ground.data / "cluster").stat().st_uid != 0
    assert (ground.data.stat().st_uid, mode(ground.data)) == (0, 0o711)


@as_root
def test_as_root_the_owner_of_a_prepared_data_directory_runs_the_server(
    ground: Ground, nobody: pwd.struct_passwd
) -> None:
    ground.data.mkdir()
    os.chown(ground.data, nobody.pw_uid, nobody.pw_gid)
    ground.data.chmod(0o700)
    server = ground.start()
    assert ground.query(server.dsn, "SELECT 1") == 1
    assert Path(f"/proc/{ground.postmaster()}").stat().st_uid == nobody.pw_uid
    assert (ground.data.stat().st_uid, mode(ground.data)) == (nobody.pw_uid, 0o700)


@as_root
def test_a_data_directory_that_the_account_cannot_reach_is_refused_by_name_and_not_opened(ground: Ground) -> None:
    closed = private(ground.base / "closed")
    error = refusal(ground, data=closed / "data")
    assert f"cannot enter {closed}: Permission denied" in error.what
    assert "CREDCORE_DATA_DIR" in error.remedy
    assert mode(closed) == 0o700


@as_root
def test_binaries_that_the_account_cannot_reach_are_copied_once_and_their_home_stays_closed(ground: Ground) -> None:
    closed = private(ground.base / "closed")
    bin_dir = _copy_of_the_wheel(closed)
    first = ground.start(pg_bin=bin_dir, fresh=True)
    assert ground.query(first.dsn, "SELECT 1") == 1
    running = Path(f"/proc/{ground.postmaster()}/exe").readlink()
    assert running.is_relative_to(ground.data / "binaries")
    first.close()
    copied_at = running.stat().st_ctime_ns
    ground.start(pg_bin=bin_dir, fresh=True)
    assert Path(f"/proc/{ground.postmaster()}/exe").readlink().stat().st_ctime_ns == copied_at
    assert mode(closed) == 0o700


def _copy_of_the_wheel(site_packages: Path) -> Path:
    wheel = next(found for found in installations(None) if "pginstall" in str(found.bin_dir))
    package = wheel.bin_dir.parents[1]
    shutil.copytree(wheel.bin_dir.parent, site_packages / package.name / wheel.bin_dir.parent.name)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, site_packages / libraries.name)
    return site_packages / package.name / wheel.bin_dir.parent.name / "bin"


@as_root
def test_the_code_and_the_directory_it_is_started_in_may_be_root_s_alone(ground: Ground) -> None:
    closed = private(ground.base / "closed")
    package = Path(credcore_app.__file__ or "").parent
    shutil.copytree(package, closed / package.name)
    packages = os.pathsep.join([str(closed), str(Path(asyncpg.__file__).parents[1])])
    process = ground.spawn(data=ground.data, cwd=closed, environment={"PYTHONPATH": packages})
    assert process.ready()[0]
    assert mode(closed) == 0o700


@as_root
def test_a_strict_umask_does_not_keep_the_account_from_directories_that_we_make(ground: Ground) -> None:
    before = os.umask(0o077)
    try:
        server = ground.start(data=ground.base / "made" / "on" / "the" / "way")
    finally:
        os.umask(before)
    assert ground.query(server.dsn, "SELECT 1") == 1


@as_root
def test_another_user_cannot_connect_even_where_the_socket_directory_is_opened(
    ground: Ground, nobody: pwd.struct_passwd
) -> None:
    server = ground.start()
    sockets = ground.data / "run"
    assert "Permission denied" in _connect_as(nobody, sockets)
    sockets.chmod(0o711)
    (sockets / ".s.PGSQL.5432").chmod(0o777)
    assert "Peer authentication failed" in _connect_as(nobody, sockets)
    assert ground.query(server.dsn, "SELECT 1") == 1


def _connect_as(user: pwd.struct_passwd, sockets: Path) -> str:
    """What the server, or the kernel, says to that user's start-up message."""
    script = (
        "import socket, struct, sys\n"
        "connection = socket.socket(socket.AF_UNIX)\n"
        "connection.connect(sys.argv[1])\n"
        "body = struct.pack('!i', 196608) + b'user\\0credcore\\0database\\0credcore\\0\\0'\n"
        "connection.sendall(struct.pack('!i', len(body) + 4) + body)\n"
        "sys.stdout.write(connection.recv(4096).decode(errors='replace'))\n"
    )
    said = subprocess.run(
        ["/usr/bin/env", "python3", "-c", script, str(sockets / ".s.PGSQL.5432")],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    return said.stdout + said.stderr


@as_root
def test_an_ordinary_user_has_it_in_their_home(
    ground: Ground, nobody: pwd.struct_passwd, installation: Installation
) -> None:
    home = _home(ground, nobody)
    process = ground.spawn(pg_bin=installation.bin_dir, uid=nobody.pw_uid, environment={"HOME": str(home)}, cwd=home)
    owned, dsn = process.ready()
    data = home / ".local" / "share" / "credcore"
    assert owned
    assert (data.stat().st_uid, mode(data)) == (nobody.pw_uid, 0o700)
    pid = ground.postmaster(data)
    assert ground.query(dsn, "SELECT current_user::text") == "credcore"
    process.send(signal.SIGKILL)
    assert ground.seconds_until_gone(pid) < 1.0


@as_root
def test_an_ordinary_user_may_say_where_by_xdg_data_home(ground: Ground, nobody: pwd.struct_passwd) -> None:
    home = _home(ground, nobody)
    environment = {"HOME": "/nonexistent", "XDG_DATA_HOME": str(home)}
    process = ground.spawn(uid=nobody.pw_uid, environment=environment)
    assert f"host={home}/credcore/run" in process.ready()[1]


@as_root
def test_an_ordinary_user_without_a_home_is_told_what_to_set(ground: Ground, nobody: pwd.struct_passwd) -> None:
    process = ground.spawn(uid=nobody.pw_uid, environment={"HOME": "/nonexistent"})
    line = process.line()
    assert line.startswith("error cannot use the data directory")
    assert "CREDCORE_DATA_DIR" in line


@as_root
def test_root_can_attach_to_an_ordinary_user_s_server_and_start_it_without_locking_them_out(
    ground: Ground, nobody: pwd.struct_passwd
) -> None:
    data = _home(ground, nobody) / "data"
    users = ground.spawn(data=data, uid=nobody.pw_uid)
    assert users.ready()[0]
    roots = ground.start(data=data)
    assert not roots.owned
    assert ground.query(roots.dsn, "SELECT 1") == 1
    users.send(signal.SIGKILL)
    with ground.start(data=data) as server:
        assert server.owned
    assert ground.spawn(data=data, uid=nobody.pw_uid).ready()[0]


def _home(ground: Ground, user: pwd.struct_passwd) -> Path:
    home = private(ground.base / "home")
    os.chown(home, user.pw_uid, user.pw_gid)
    return home


def test_data_of_another_major_version_are_opened_by_that_version_if_it_is_there(ground: Ground) -> None:
    preferred, *others = installations(None)
    other = next(found for found in others if found.major != preferred.major)
    ground.start(pg_bin=other.bin_dir).close()
    server = ground.start()
    assert ground.query(server.dsn, "SHOW server_version").startswith(other.version)


def test_data_of_a_major_version_that_is_not_there_are_refused_by_both_numbers(
    ground: Ground, installation: Installation
) -> None:
    other = next(found for found in installations(None) if found.major != installation.major)
    ground.start(pg_bin=installation.bin_dir).close()
    error = refusal(ground, pg_bin=other.bin_dir)
    assert f"made by PostgreSQL {installation.major}" in error.what
    assert f"only PostgreSQL {other.version}" in error.what
    assert "CREDCORE_PG_BIN" in error.remedy
    assert ground.start(pg_bin=installation.bin_dir).owned


def test_a_bin_folder_without_postgresql_is_refused_by_name(ground: Ground) -> None:
    assert f"CREDCORE_PG_BIN={ground.base}" in refusal(ground, pg_bin=ground.base).what


def test_a_postgresql_that_is_too_old_is_refused(ground: Ground) -> None:
    for name in ("postgres", "initdb"):
        program = ground.base / name
        program.write_text('#!/bin/sh\necho "postgres (PostgreSQL) 12.22"\n')
        program.chmod(0o755)
    assert "12.22, which is too old" in refusal(ground, pg_bin=ground.base).what


def test_the_refusal_carries_the_server_s_own_last_words(ground: Ground) -> None:
    ground.start().close()
    (ground.data / "cluster" / "global" / "pg_control").write_bytes(b"x" * 8192)
    error = refusal(ground)
    assert error.what.endswith("failed: FATAL: database files are incompatible with server")
    assert str(ground.data / "postgresql.log") in error.remedy


def test_a_failed_start_leaves_the_data_directory_free(ground: Ground) -> None:
    ground.start().close()
    configuration = ground.data / "cluster" / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text("no_such_setting = 1\n")
    refusal(ground)
    configuration.write_text(good)
    assert ground.start().owned


def test_a_cluster_that_cannot_be_read_is_refused_and_left_alone(ground: Ground) -> None:
    ground.start().close()
    (ground.data / "cluster" / "PG_VERSION").unlink()
    before = sorted(path.name for path in (ground.data / "cluster").iterdir())
    assert "no PostgreSQL data" in refusal(ground).what
    assert sorted(path.name for path in (ground.data / "cluster").iterdir()) == before


def test_a_data_directory_that_anybody_may_write_in_is_refused(ground: Ground) -> None:
    ground.data.mkdir()
    ground.data.chmod(0o777)
    assert "anybody may write" in refusal(ground).what


def test_the_inside_of_another_postgresql_is_refused(ground: Ground) -> None:
    ground.start().close()
    assert "inside of another PostgreSQL" in refusal(ground, data=ground.data / "cluster").what


def test_a_data_directory_that_is_a_file_is_refused(ground: Ground) -> None:
    ground.data.write_text("")
    assert "cannot use the data directory" in refusal(ground).what
