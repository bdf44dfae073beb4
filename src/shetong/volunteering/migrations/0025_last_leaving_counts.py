"""Leaving may be written more than once; a correction that was made void stands in nobody's way."""

import django.db.models.deletion
from django.db import migrations, models

CAME = models.UniqueConstraint(condition=models.Q(("act", "in")), fields=("signup",), name="presence_came_once")
CORRECTED = models.UniqueConstraint(
    condition=models.Q(("replaces__isnull", False), models.Q(("state", "void"), _negated=True)),
    fields=("replaces",), name="record_corrected_once",
)  # fmt: skip


def beside(sql: str, name: str, state: migrations.AddConstraint) -> migrations.SeparateDatabaseAndState:
    """Return the operation that builds a constraint's index while others write."""
    run = migrations.RunSQL(sql, f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    return migrations.SeparateDatabaseAndState(database_operations=[run], state_operations=[state])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("volunteering", "0024_newest_changes_only")]
    operations = [
        beside(
            "CREATE UNIQUE INDEX CONCURRENTLY presence_came_once ON volunteering_presence (signup_id) WHERE act = 'in'",
            CAME.name, migrations.AddConstraint(model_name="presence", constraint=CAME),
        ),
        migrations.RemoveConstraint(model_name="presence", name="presence_once"),
        beside(
            "CREATE UNIQUE INDEX CONCURRENTLY record_corrected_once ON volunteering_servicerecord (replaces_id)"
            " WHERE replaces_id IS NOT NULL AND NOT (state = 'void')",
            CORRECTED.name, migrations.AddConstraint(model_name="servicerecord", constraint=CORRECTED),
        ),
        migrations.AlterField(
            model_name="servicerecord",
            name="replaces",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="corrections",
                to="volunteering.servicerecord", verbose_name="更正",
            ),
        ),
    ]  # fmt: skip
