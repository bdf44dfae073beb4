"""Columns that are mostly empty are indexed where they are not: nine hundred thousand imported filings have no actor."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


def whole(index: str, table: str, column: str) -> migrations.RunSQL:
    """Drop the index of all rows; the foreign key and its constraint stay as they are."""
    return migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY {index}", f"CREATE INDEX CONCURRENTLY {index} ON {table} ({column})"
    )


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("registry", "0011_permit_indexes"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        AddIndexConcurrently(
            "filing", models.Index(fields=["actor"], name="filing_actor", condition=Q(actor__isnull=False))
        ),
        AddIndexConcurrently(
            "filing", models.Index(fields=["corrects"], name="filing_corrects", condition=Q(corrects__isnull=False))
        ),
        AddIndexConcurrently(
            "organisation",
            models.Index(fields=["parent"], name="organisation_parent", condition=Q(parent__isnull=False)),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                whole("registry_filing_actor_id_90b539bd", "registry_filing", "actor_id"),
                whole("registry_filing_corrects_id_d8882715", "registry_filing", "corrects_id"),
                whole("registry_organisation_parent_id_a77efc26", "registry_organisation", "parent_id"),
            ],
            state_operations=[
                migrations.AlterField(
                    "filing",
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    "filing",
                    "corrects",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="registry.filing",
                    ),
                ),
                migrations.AlterField(
                    "organisation",
                    "parent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="branches",
                        to="registry.organisation",
                        verbose_name="所属组织",
                    ),
                ),
            ],
        ),
    ]
