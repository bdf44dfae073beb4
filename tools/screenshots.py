"""Take the pictures of docs/screenshots from the demonstration, by the real server and Chromium: ``make screenshots``.

The installation is that of ``make run`` (or of ``SHETONG_VAR``), with its small demonstration; the pictures show the
organisation with the most to tell, so that they change only when pages or the demonstration do.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench import installation
from playwright.sync_api import Browser, ViewportSize, sync_playwright
from tools import browser

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 250_000
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: file name without ending, address, window, and what the visitor chose before."""

    name: str
    address: str
    viewport: ViewportSize
    dark: bool = False
    elder: bool = False
    english: bool = False


def pictures(code: str, certificate_link: str) -> list[Picture]:
    """Return what is shown of an installation; the certificate's link is what its QR code holds."""
    organisation = f"/organisations/{code}/"
    results = f"/search/?q={quote('基金会')}"
    return [
        Picture("home-desktop", "/", DESKTOP),
        Picture("home-phone", "/", PHONE),
        Picture("home-dark-desktop", "/", DESKTOP, dark=True),
        Picture("home-elder-phone", "/", PHONE, elder=True),
        Picture("results-desktop", results, DESKTOP),
        Picture("results-phone", results, PHONE),
        Picture("organisation-desktop", organisation, DESKTOP),
        Picture("organisation-phone", organisation, PHONE),
        Picture("organisation-english-desktop", organisation, DESKTOP, english=True),
        Picture("verify-desktop", certificate_link, DESKTOP),
        Picture("verify-phone", certificate_link, PHONE),
        Picture("standards-desktop", "/standards/", DESKTOP),
        Picture("design-desktop", "/design/", DESKTOP),
    ]


def take(chromium: Browser, base: str, picture: Picture) -> Path:
    """Take one picture; ends with a sentence where it grew too heavy for the documents."""
    context = chromium.new_context(
        base_url=base, viewport=picture.viewport, locale="zh-CN", color_scheme="dark" if picture.dark else "light"
    )
    chosen = {"mode": "elder"} if picture.elder else {"language": "en"} if picture.english else {}
    context.add_cookies([{"name": name, "value": value, "url": base} for name, value in chosen.items()])
    page = context.new_page()
    page.goto(picture.address, wait_until="networkidle")
    page.evaluate("window.scrollTo(0, 0)")
    file = FOLDER / f"{picture.name}.png"
    page.screenshot(path=file)
    context.close()
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} has {file.stat().st_size // 1000} kB, more than {MOST_BYTES // 1000} kB")
    return file


def subject(base: str) -> tuple[str, str]:
    """Return the code of the organisation with the most to tell, and the link of its certificate in force."""
    from django.conf import settings
    from django.db.models import Count

    from shetong.registry.models import Certificate, Organisation
    from shetong.registry.rules import certificate_tokens

    settings.PUBLIC_URL = base
    body = (
        Organisation.objects.filter(certificates__state=Certificate.State.VALID, status="normal")
        .annotate(marks=Count("attributes", distinct=True), happenings=Count("filings", distinct=True))
        .order_by("-marks", "-happenings", "uscc")
        .first()
    )
    if body is None:
        raise SystemExit("no organisation has a certificate here: load the demonstration first, shetong demo")
    certificate = body.certificates.get(state=Certificate.State.VALID)
    token = bytes(certificate.token)
    return str(body.uscc), certificate_tokens.link(token, serial=certificate.serial, public_url=base)


def main() -> None:
    """Serve the installation while the pictures are taken."""
    browser.require()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shetong.conf.development")
    import django

    django.setup()
    executable = next(filter(None, map(shutil.which, browser.NAMES)))
    with installation.server(dict(os.environ), workers=1) as (host, port):
        base = f"http://{host}:{port}"
        # Before Playwright, whose event loop would make Django refuse to ask the database.
        chosen = pictures(*subject(base))
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            for picture in chosen:
                file = take(chromium, base, picture)
                sys.stdout.write(f"{file.relative_to(ROOT)} {file.stat().st_size // 1000} kB\n")
            chromium.close()


if __name__ == "__main__":
    main()
