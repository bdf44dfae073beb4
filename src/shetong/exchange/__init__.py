"""Bulk open data and the published metadata standard."""
