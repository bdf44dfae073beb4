"""Everything checked before a change is taken: ``python -m tools.gates [NAME …]``; without names all, then pytest.

Each gate is a command or a function of :mod:`tools.rules` that returns complaints. Ends with pytest's own summary.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools import browser, openapi, rules, translations

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
TEST_PROCESSES = "2"


@dataclass(frozen=True, slots=True)
class Gate:
    """One check: ``commands`` that must end with 0, or ``complaints`` that must find nothing."""

    name: str
    commands: Sequence[Sequence[str]] = ()
    complaints: Callable[[], list[str]] | None = None

    def run(self) -> str:
        """Return what is wrong, ``""`` when nothing is."""
        if self.complaints is not None:
            return "\n".join(self.complaints())
        for command in self.commands:
            done = subprocess.run(
                [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
            )
            if done.returncode:
                return (done.stdout + done.stderr).strip()
        return ""


GATES: tuple[Gate, ...] = (
    Gate("types", [["mypy"]]),
    Gate("front end", complaints=rules.front_end_types),
    Gate("style", [["ruff", "check", "."], ["ruff", "format", "--check", "."]]),
    Gate("floors", [["lint-imports"]]),
    Gate("migrations", [["shetong", "makemigrations", "--check", "--dry-run"]]),
    Gate(
        "migration safety",
        [["shetong", "lintmigrations", *rules.MIGRATION_LINTER]],
    ),
    Gate("openapi", complaints=openapi.complaints),
    Gate("translations", complaints=translations.complaints),
    Gate("licences", complaints=rules.licences),
    Gate("files", complaints=rules.files),
)


def prepare() -> None:
    """Start the embedded database once for all gates and tests, and make sure that a browser is there."""
    sys.path.insert(0, str(ROOT / "src"))
    from shetong.cli.addresses import settle_database
    from shetong.cli.exits import plain_failures

    with plain_failures():
        settle_database()
    browser.require()


def run_gates(chosen: Sequence[Gate]) -> list[str]:
    """Run gates two at a time, print a line for each as it ends, and return the names of those that failed."""
    failed: list[str] = []

    def one(gate: Gate) -> None:
        started = time.monotonic()
        wrong = gate.run()
        mark = "FAILED" if wrong else "ok"
        print(
            f"{gate.name:18} {mark:7} {time.monotonic() - started:5.1f} s" + (f"\n{wrong}" if wrong else ""), flush=True
        )
        if wrong:
            failed.append(gate.name)

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(one, chosen))
    return failed


def run_tests() -> int:
    """Run all tests in parallel and random order; return pytest's exit code."""
    command = [str(BIN / "python"), "-m", "pytest", "-q", "-n", TEST_PROCESSES, "--dist", "loadscope"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main(names: Sequence[str]) -> int:
    """Run the named gates, or all of them and then the tests; return the exit code."""
    unknown = set(names) - {gate.name for gate in GATES}
    if unknown:
        print(f"no such gate: {', '.join(sorted(unknown))}; there are: {', '.join(gate.name for gate in GATES)}")
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "shetong.conf.testing"
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    prepare()
    build = subprocess.run([str(BIN / "shetong"), "assets"], cwd=ROOT, check=False)
    if build.returncode:
        return build.returncode
    failed = run_gates([gate for gate in GATES if gate.name in names] if names else GATES)
    code = 0 if names else run_tests()
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else code


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("git is needed for the checks: apt-get install git")
    sys.exit(main(sys.argv[1:]))
