"""The browser and the fonts that the page tests need: Chromium, installed through apt where that is possible."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tools.environment import administrator_can_install, apt_install

# Ubuntu's package chromium-browser only points to a snap, which does not run in containers.
NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")


def has_chinese_font() -> bool:
    """Tell whether some font of this machine can show Chinese."""
    if shutil.which("fc-list") is None:
        return False
    found = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False)  # noqa: S607
    return bool(found.stdout.strip())


def require() -> None:
    """Install Chromium and a Chinese font where they are missing; end with one sentence where that cannot be done."""
    missing = [] if any(map(shutil.which, NAMES)) else ["chromium"]
    missing += [] if has_chinese_font() else ["fonts-noto-cjk", "fontconfig"]
    if not missing:
        return
    if not administrator_can_install():
        sys.exit(
            f"shetong: the page tests need {', '.join(missing)}; as administrator: apt-get install {' '.join(missing)}"
        )
    apt_install(*missing)
