"""Refunds of platforms are found by their number; of a platform's findings those that are open are there once."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

OPEN_ONCE = models.UniqueConstraint(
    condition=models.Q(settled_at__isnull=True), fields=("platform", "kind", "reference"), name="finding_open_once"
)


class Migration(migrations.Migration):
    """Indexes built beside the writing; the narrower one is there before the wider one goes."""

    atomic = False

    dependencies = [("charity", "0017_stopped_since")]

    operations = [
        AddIndexConcurrently(
            model_name="donationreversal",
            index=models.Index(
                condition=models.Q(("platform_refund", ""), _negated=True),
                fields=["platform_refund"],
                name="reversal_by_refund",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY finding_open_once"
                    " ON charity_platformfinding (platform_id, kind, reference) WHERE settled_at IS NULL",
                    "DROP INDEX CONCURRENTLY finding_open_once",
                )
            ],
            state_operations=[migrations.AddConstraint(model_name="platformfinding", constraint=OPEN_ONCE)],
        ),
        migrations.RemoveConstraint(model_name="platformfinding", name="finding_once"),
    ]
