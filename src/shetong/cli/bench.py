"""``shetong bench NAME``: run one of the benchmarks of the checkout, each in ``bench/bench_<name>.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from shetong.cli.exits import NotReadyError

SCALES = ("small", "national")


def benchmark_folder() -> Path:
    """Return the folder ``bench/`` of the checkout; raises :class:`NotReadyError` for an installation without it."""
    home = Path(os.environ.get("SHETONG_HOME") or Path(__file__).resolve().parents[3])
    if not (home / "bench").is_dir():
        raise NotReadyError(
            f"there is no folder bench in {home}; benchmarks run from a checkout (or set SHETONG_HOME)."
        )
    return home / "bench"


@click.command()
@click.argument("name")
@click.option("--scale", type=click.Choice(SCALES), default="small", show_default=True, help="How much data to use.")
def bench(name: str, scale: str) -> None:
    """Run the benchmark NAME; its last line on standard output is one JSON object with the figures."""
    folder = benchmark_folder()
    names = sorted(path.stem.removeprefix("bench_").replace("_", "-") for path in folder.glob("bench_*.py"))
    script = folder / f"bench_{name.replace('-', '_')}.py"
    if not script.is_file():
        raise click.UsageError(f"no benchmark {name!r}; there are: {', '.join(names) or 'none'}")
    finished = subprocess.run(  # noqa: S603 - a script of this checkout
        [sys.executable, str(script)], env={**os.environ, "SCALE": scale}, cwd=folder.parent, check=False
    )
    raise SystemExit(finished.returncode)
