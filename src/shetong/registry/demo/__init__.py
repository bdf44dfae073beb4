"""Generated demo data: a national register of realistic organisations and a small one with rich detail."""

from shetong.registry.demo.national import COLUMNS, DEFAULT_SEED, national, national_frames

__all__ = ["COLUMNS", "DEFAULT_SEED", "national", "national_frames"]
