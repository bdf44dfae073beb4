"""Archives are found by tokens of their title; those that are there get theirs."""

from __future__ import annotations

from typing import Any

import django.contrib.postgres.search
from django.db import connection, migrations

from shetong.core import search_tokens
from shetong.core.text import key

CHUNK = 5_000


def fill(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - given by Django
    """Write the tokens of archives that have none, chunk by chunk."""
    archive = apps.get_model("casework", "Archive")
    after = 0
    while rows := list(
        archive.objects.filter(pk__gt=after, search__isnull=True).order_by("pk").values_list("pk", "title")[:CHUNK]
    ):
        vectors = [
            (search_tokens.vector_literal(sorted(search_tokens.tokens(key(title), ""))), pk) for pk, title in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE casework_archive SET search = %s::tsvector WHERE id = %s", vectors)
        after = rows[-1][0]


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    dependencies = [("casework", "0013_site_check_files")]
    operations = [
        migrations.AddField(
            model_name='archive',
            name='search',
            field=django.contrib.postgres.search.SearchVectorField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
