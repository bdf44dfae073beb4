"""Casework: matters (事项) offered online, cases (办件) from application to archive, their clocks and documents."""
