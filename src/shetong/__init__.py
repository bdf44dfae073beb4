"""Shetong (社通): an open-source platform for civil-affairs authorities and the people they serve."""
