"""Benchmark of the pages: requests a second over the real server, weight of a first view, Lighthouse's scores.

``make bench-pages SCALE=national``. Prints as its last line a JSON object: ``home_rps``, ``results_rps``,
``organisation_rps`` (Granian, two workers, 16 connections, gzip), ``first_view_kb`` (everything a cold browser fetches,
compressed, heaviest of the three pages), ``lighthouse_performance`` and ``lighthouse_accessibility`` (phone profile,
lowest of the three pages).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import installation
import load

SCALE = os.environ.get("SCALE", "small")
SECONDS = 8.0
CONNECTIONS = 16
LEAST_ORGANISATIONS = {"small": 1_000, "national": 900_000}
LIGHTHOUSE = installation.ROOT / "bench" / "lighthouse"
QUERIES = 200


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses that are asked for: the home page, searches as people type them, pages of organisations."""

    home: list[str]
    results: list[str]
    organisations: list[str]


def main() -> None:
    """Measure and print."""
    env = installation.environment(SCALE)
    os.environ.update(env)
    addresses = prepare(env)
    figures: dict[str, object] = {"scale": SCALE}
    with installation.server(env) as (host, port):
        base = f"http://{host}:{port}"
        for name, paths in (
            ("home", addresses.home), ("results", addresses.results), ("organisation", addresses.organisations),
        ):  # fmt: skip
            measured = measure((host, port), paths)
            figures[f"{name}_rps"] = round(measured.rps, 1)
            report(
                f"{name}: {measured.rps:.0f}/s, median {measured.percentile(0.5):.1f} ms, failures {measured.failures}"
            )
        pages = [addresses.home[0], addresses.results[0], addresses.organisations[0]]
        weights = [first_view_kb(base + page) for page in pages]
        report(f"first view in kB: {dict(zip(pages, weights, strict=True))}")
        figures["first_view_kb"] = max(weights)
        scores = [lighthouse(base + page) for page in pages]
        report(f"Lighthouse: {dict(zip(pages, scores, strict=True))}")
        figures["lighthouse_performance"] = min(score["performance"] for score in scores)
        figures["lighthouse_accessibility"] = min(score["accessibility"] for score in scores)
    sys.stdout.write(json.dumps(figures) + "\n")


def report(text: str) -> None:
    """Say something about the run on standard error."""
    sys.stderr.write(text + "\n")


def prepare(env: dict[str, str]) -> Addresses:
    """Make the installation with its data unless it stands already, and choose addresses from it."""
    installation.command("assets", env=env)
    installation.command("migrate", env=env)
    import django

    django.setup()
    from shetong.registry.models import Organisation

    if Organisation.objects.count() < LEAST_ORGANISATIONS[SCALE]:
        installation.command("demo", "--scale", SCALE, env=env)
    # A fixed sample: every so-manieth organisation by its number.
    numbers = Organisation.objects.order_by("id").values_list("id", flat=True)
    first, last = numbers.first() or 0, numbers.last() or 0
    step = max(1, (last - first) // (QUERIES * 3))
    sample = list(
        Organisation.objects.filter(id__in=range(first, last + 1, step), uscc__isnull=False)
        .order_by("id")
        .values_list("uscc", "name", "division_code")[: QUERIES * 2]
    )
    results = []
    for number, (code, name, division) in enumerate(sample[:QUERIES]):
        words = (name, name[-6:], name[2:5], name[:2], code[:10])[number % 5]
        narrowed = f"&division={division[:2]}0000" if number % 4 == 0 else ""
        results.append(f"/search/?q={quote(words)}{narrowed}")
    return Addresses(["/"], results, [f"/organisations/{code}/" for code, _, _ in sample])


def measure(address: tuple[str, int], paths: list[str]) -> load.Figures:
    """Return the figures of a run after a short one that warms connections and caches."""
    requests = [load.request(path, host=f"{address[0]}:{address[1]}") for path in paths]
    load.run(address, requests, connections=CONNECTIONS, seconds=2.0)
    return load.run(address, requests, connections=CONNECTIONS, seconds=SECONDS)


def browser_path() -> str:
    """Return Chromium; ends with a sentence where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise SystemExit("Chromium is missing: apt-get install chromium")


def first_view_kb(url: str) -> float:
    """Return the kilobytes (1,000 bytes) that a browser with an empty cache receives, headers included."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        session, received = page.context.new_cdp_session(page), [0.0]
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        session.send("Network.enable")
        page.goto(url, wait_until="networkidle")
        browser.close()
    return round(sum(received) / 1000, 1)


def lighthouse(url: str) -> dict[str, float]:
    """Return Lighthouse's scores of 100 for performance and accessibility on its phone profile."""
    from shetong.cli.assets import node_home

    home = node_home()
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path, "CHROME_PATH": browser_path(), "PUPPETEER_SKIP_DOWNLOAD": "1"}
    if not (LIGHTHOUSE / "node_modules" / "lighthouse").is_dir():
        subprocess.run([node, npm, "ci", "--ignore-scripts"], cwd=LIGHTHOUSE, env=env, check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        subprocess.run(
            [
                str(node), str(LIGHTHOUSE / "node_modules" / "lighthouse" / "cli" / "index.js"), url, "--quiet",
                "--output=json", f"--output-path={output}", "--only-categories=performance,accessibility",
                "--form-factor=mobile", "--chrome-flags=--headless=new --no-sandbox --disable-background-networking",
            ],
            env=env, check=True, stdout=sys.stderr, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        categories = json.loads(output.read_text(encoding="utf-8"))["categories"]
    return {name: round(categories[name]["score"] * 100, 1) for name in ("performance", "accessibility")}


if __name__ == "__main__":
    main()
