"""Makes or refreshes ``.venv`` from the lock files; runs with any Python 3, needs nothing but its standard library.

Usage: ``python3 tools/environment.py runtime|dev``. Does nothing when the lock files are those installed already.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
LEAST_FREE_MB = 1500


def fail(sentence):
    """End with one sentence and the code for "something outside is missing"."""
    sys.stderr.write("shetong: " + sentence + "\n")
    raise SystemExit(3)


def require_python():
    """Go on with a newer Python of this machine where this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606 - the same script, a newer Python
    fail(f"Python 3.11 or newer is needed; this is {sys.version_info[0]}.{sys.version_info[1]}.")


def administrator_can_install():
    """Tell whether packages of Debian or Ubuntu can be installed here."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages):
    """Install packages of the distribution quietly; end with one sentence where that fails."""
    install_command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    sys.stderr.write(f"Installing {', '.join(packages)} …\n")
    for command in (["apt-get", "update", "-qq"], install_command):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode and command[1] == "install":
            fail(f"apt-get could not install {' '.join(packages)}: {done.stderr.strip()[-300:]}")


def require_venv():
    """Make sure that ``venv`` can make an environment with pip; Debian keeps that in a package of its own."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if not administrator_can_install():
            fail(f"Python cannot make environments here; as administrator: apt-get install {package}")
        apt_install(package)


def wanted(kind):
    """Return the digest of everything that determines the environment of a kind."""
    digest = hashlib.sha256(repr((sys.version_info[:3], str(VENV))).encode())
    for path in (LOCKS / "build.lock", LOCKS / (kind + ".lock"), ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(kind):
    """Tell whether the environment holds what the kind wants; the development environment holds the runtime one."""
    python = VENV / "bin" / "python"
    stamps = [VENV / (".shetong-" + name) for name in ({"runtime", "dev"} if kind == "runtime" else {"dev"})]
    return python.exists() and any(s.is_file() and s.read_text() == wanted(s.name[len(".shetong-") :]) for s in stamps)


def is_usable():
    """Tell whether ``.venv`` is whole and of this Python; one whose making was interrupted, or of another, is not."""
    python = VENV / "bin" / "python"
    try:
        done = subprocess.run([str(python), "-c", "import pip, sys; print(sys.version_info[:2])"], capture_output=True)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.decode().strip() == str(tuple(sys.version_info[:2]))


def make():
    """Make an empty ``.venv`` in place of what is there."""
    free = shutil.disk_usage(str(ROOT)).free // 2**20
    if free < LEAST_FREE_MB:
        fail(f"the disk is full: {free} MB are free, the environment needs {LEAST_FREE_MB} MB.")
    require_venv()
    sys.stderr.write("Making the environment .venv …\n")
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(str(VENV), ignore_errors=True)
        fail("the environment could not be made: " + (done.stdout + done.stderr).strip()[-300:])


def stop(number, _frame):
    """End, and with this process the one it waits for, as on Ctrl-C."""
    raise SystemExit(128 + number)


def install(kind):
    """Install the locked packages, each with its hash, and this project as an editable one."""
    python = str(VENV / "bin" / "python")
    locks = ["-r", str(LOCKS / "build.lock"), "-r", str(LOCKS / (kind + ".lock"))]
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    quiet = [] if sys.stderr.isatty() else ["-q"]
    steps = (
        [*pip, "install", *quiet, "--require-hashes", "--no-deps", *locks],
        [*pip, "install", "-q", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    )
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            fail("the packages could not be installed; pip's message is above. Is the network there, is the disk full?")


def main():
    """Make or refresh the environment of the kind named on the command line."""
    require_python()
    kind = sys.argv[1] if len(sys.argv) > 1 else "runtime"
    if kind not in ("runtime", "dev"):
        fail("usage: python3 tools/environment.py runtime|dev")
    if is_current(kind):
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        if not is_usable():
            make()
        sys.stderr.write(f"Installing the packages of requirements/{kind}.lock (first start only, a few minutes) …\n")
        install(kind)
        (VENV / (".shetong-" + kind)).write_text(wanted(kind))
    except OSError as error:
        fail(f"cannot write {error.filename or VENV}: {error.strerror}.")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
