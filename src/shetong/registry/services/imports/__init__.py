"""Importing files of organisations: see :mod:`shetong.registry.services.imports.run`."""

from shetong.registry.services.imports.run import DEFAULT_BASIS, ImportReport, import_organisations

__all__ = ["DEFAULT_BASIS", "ImportReport", "import_organisations"]
