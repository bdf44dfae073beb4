"""Platforms: their keys, what they report, and how it is reconciled."""
