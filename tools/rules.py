"""House rules that no other tool checks; each function returns complaints, one a line."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
LONGEST_FILE = 500
CODE_SUFFIXES = {".py", ".ts", ".js", ".css", ".scss", ".html"}
GENERATED = re.compile(r"(^|/)(migrations|node_modules|vendor)/|\.lock$|package-lock\.json$|\.po$|^docs/api/")

MIGRATION_LINTER = (
    "--no-cache",
    "--quiet",
    "ok",
    "--exclude-apps",
    "account",
    "allauth",
    "auth",
    "contenttypes",
    "mfa",
    "procrastinate",
    "sessions",
    "socialaccount",
    # Tables made in SQL: the linter takes their columns for new ones of old tables, and reads the way back as well.
    "--ignore-name",
    "0003_cache_table",
    "0007_api_rates",
    # Moves a column of a table that no released version has.
    "0005_places",
)

# What must not stand in the repository: places on one machine, addresses of package indexes, unfinished marks.
FORBIDDEN = (
    (re.compile(r"(?<![\w.])/(?:work|home/[a-z]+|farm|root|Users)/"), "path of one machine"),
    (
        re.compile(r"(?:files\.pythonhosted|registry\.npmjs|pypi)\.org/(?!project)|registry\.npmmirror|mirrors\.\w+\."),
        "package index",
    ),
    (re.compile(r"\b(?:TO" "DO|FIX" "ME|X" "XX)\\b"), "unfinished mark"),
)

# Licences that may be part of the product. GPL and AGPL are not among them; LGPL is, as a library used unchanged.
ALLOWED_LICENCES = re.compile(
    r"MIT|BSD|Apache|ISC|Python Software Foundation|PSF|MPL|Mozilla Public License 2|LGPL|Lesser General Public"
    r"|OFL|SIL Open Font|Unlicense|0BSD|CC0|Zlib|PostgreSQL|HPND|MulanPSL|CNRI|Public Domain|Artistic",
    re.IGNORECASE,
)
FORBIDDEN_LICENCES = re.compile(r"(?<!L)(?<!Lesser )\b(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)


def tracked() -> Iterator[Path]:
    """Yield the files that git knows or would add, relative to the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git from the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for line in listed.stdout.splitlines():
        if (ROOT / line).is_file():
            yield Path(line)


def files() -> list[str]:
    """Check that no source file is too long and none names a machine, an index or unfinished work."""
    complaints: list[str] = []
    for path in tracked():
        name = path.as_posix()
        if GENERATED.search(name):
            continue
        try:
            lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        if path.suffix in CODE_SUFFIXES and len(lines) > LONGEST_FILE:
            complaints.append(f"{name}: {len(lines)} lines; split it by subject")
        complaints += [
            f"{name}:{number}: {what}: {line.strip()[:100]}"
            for number, line in enumerate(lines, start=1)
            for pattern, what in FORBIDDEN
            if pattern.search(line)
        ]
    return complaints


def licences() -> list[str]:
    """Check that every installed package that is part of the product has a licence that allows it."""
    locked = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements" / "runtime.lock").read_text(), re.MULTILINE)
    wanted = {_canonical(name) for name in locked}
    done = subprocess.run(
        [str(BIN / "pip-licenses"), "--format=json", "--from=mixed", "--with-system"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return [done.stderr.strip()]
    return [
        f"{package['Name']} {package['Version']}: {package['License']}"
        for package in json.loads(done.stdout)
        if _canonical(package["Name"]) in wanted
        and (FORBIDDEN_LICENCES.search(package["License"]) or not ALLOWED_LICENCES.search(package["License"]))
    ]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def front_end_types() -> list[str]:
    """Return what TypeScript's checker says of the front end; the build itself only takes the types away."""
    from shetong.cli.assets import frontend_folder, node_home

    folder = frontend_folder()
    checker = folder / "node_modules" / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        [node_home() / "bin" / "node", checker, "--noEmit", "-p", folder],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (done.stdout + done.stderr).splitlines() if done.returncode else []
