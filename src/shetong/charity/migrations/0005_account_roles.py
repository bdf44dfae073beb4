"""An organisation has one account of a role; the index is made while the old code serves."""

from django.db import migrations, models

MAKE = """
CREATE UNIQUE INDEX CONCURRENTLY account_role_once ON charity_account (organisation_id, role) WHERE role <> ''
"""


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("charity", "0004_hall")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAKE, "DROP INDEX CONCURRENTLY account_role_once")],
            state_operations=[
                migrations.AddConstraint(
                    "account",
                    models.UniqueConstraint(
                        condition=models.Q(("role", ""), _negated=True),
                        fields=("organisation", "role"),
                        name="account_role_once",
                    ),
                )
            ],
        )
    ]
