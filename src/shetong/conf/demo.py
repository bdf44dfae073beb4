"""Keys that everybody knows, for the development profile alone; ``shetong check --deploy`` refuses them."""

from __future__ import annotations

SECRET_KEY = "development-only-key-never-used-in-production"  # noqa: S105 - its name says what it is
PII_KEYS = "demo:ZGV2ZWxvcG1lbnQtb25seS1zZWFsaW5nLWtleS0zMmI="
PII_INDEX_KEY = "ZGV2ZWxvcG1lbnQtb25seS1pbmRleC1rZXktMzJieSE="
