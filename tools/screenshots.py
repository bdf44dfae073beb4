"""Take the pictures of docs/screenshots from the demonstration, by the real server and Chromium: ``make screenshots``.

``python -m tools.screenshots work`` takes those only whose name begins with ``work``.

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
# Of the demonstration accounts, which exist in the development profile only.
PASSWORD = "demo-shetong"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: file name without ending, address, window, what the visitor chose before, and who is logged in."""

    name: str
    address: str
    viewport: ViewportSize
    dark: bool = False
    elder: bool = False
    english: bool = False
    user: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pictures are of: an organisation, its certificate's link, addresses of a form and of a case."""

    code: str
    certificate_link: str
    form: str
    case: str


def pictures(of: Shown) -> list[Picture]:
    """Return what is shown of an installation; the certificate's link is what its QR code holds."""
    code, certificate_link = of.code, of.certificate_link
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
        Picture("hall-desktop", "/hall/", DESKTOP),
        Picture("guide-desktop", "/hall/matters/SO-SG-EST/", DESKTOP),
        Picture("form-phone", of.form, PHONE, user="demo-applicant"),
        Picture("work-desktop", "/office/cases/", DESKTOP, user="demo-chief"),
        Picture("work-phone", "/office/cases/", PHONE, user="demo-chief"),
        Picture("case-desktop", of.case, DESKTOP, user="demo-chief"),
        Picture("case-phone", of.case, PHONE, user="demo-chief"),
        Picture("statistics-desktop", "/office/statistics/", DESKTOP, user="demo-chief"),
        Picture("charity-desktop", "/charity/", DESKTOP),
        Picture("volunteering-phone", "/volunteering/", PHONE),
        Picture("check-in-phone", "/hall/volunteering/check-in/", PHONE, user="demo-citizen"),
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
    if picture.user:
        page.goto("/accounts/login/")
        page.fill("[name=login]", picture.user)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/accounts/")
    page.goto(picture.address, wait_until="networkidle")
    page.evaluate("window.scrollTo(0, 0)")
    file = FOLDER / f"{picture.name}.png"
    page.screenshot(path=file)
    context.close()
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} has {file.stat().st_size // 1000} kB, more than {MOST_BYTES // 1000} kB")
    return file


def subject(base: str) -> Shown:
    """Return what to show: the organisation with the most to tell, an application at work, a case to be decided."""
    from django.conf import settings
    from django.db.models import Count
    from django.urls import reverse

    from shetong.accounts.services.demo import ensure_demo_accounts
    from shetong.casework.models import Case, State
    from shetong.casework.queries import matters
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
    ensure_demo_accounts()
    draft = Case.objects.filter(demo=True, state=State.DRAFT).order_by("pk").first()
    running = Case.objects.filter(demo=True, state=State.REVIEWING, matter="SO-SG-EST").order_by("pk").first()
    if draft is None or running is None:
        raise SystemExit("no cases are at work here: load the demonstration first, shetong demo")
    section = matters.in_force(draft.matter, draft.authority_division, draft.rules_on).sections[0].name
    return Shown(
        str(body.uscc),
        certificate_tokens.link(token, serial=certificate.serial, public_url=base),
        reverse("casework:form", args=[draft.pk, section]),
        reverse("casework:desk-case", args=[running.pk]),
    )


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
        wanted = tuple(sys.argv[1:]) or ("",)
        chosen = [picture for picture in pictures(subject(base)) if picture.name.startswith(wanted)]
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            for picture in chosen:
                file = take(chromium, base, picture)
                sys.stdout.write(f"{file.relative_to(ROOT)} {file.stat().st_size // 1000} kB\n")
            chromium.close()


if __name__ == "__main__":
    main()
