"""One index keeps codes unique and finds them by their beginning; statistics only of columns that are asked by value."""

from django.db import migrations, models

UNIQUE = "organisation_code_once"
UNASKED = {"registry_filing": ("before", "after"), "registry_searchentry": ("initials", "pinyin")}


def statistics(target: int) -> str:
    """Return the statements that set how much the planner remembers of columns which no question compares whole."""
    return "".join(
        f"ALTER TABLE {table} {', '.join(f'ALTER COLUMN {column} SET STATISTICS {target}' for column in columns)};"
        for table, columns in UNASKED.items()
    )


class Migration(migrations.Migration):
    """Codes stay unique throughout: the new index is there before the old ones go."""

    atomic = False
    dependencies = [("registry", "0015_charter_filings")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {UNIQUE}"
                    " ON registry_organisation (uscc varchar_pattern_ops)",
                    f"DROP INDEX CONCURRENTLY IF EXISTS {UNIQUE}",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    "organisation",
                    models.UniqueConstraint(fields=["uscc"], name=UNIQUE, opclasses=["varchar_pattern_ops"]),
                )
            ],
        ),
        migrations.AlterField(
            "organisation", "uscc", models.CharField("统一社会信用代码", max_length=18, null=True)
        ),
        migrations.RunSQL(statistics(0), statistics(-1)),
    ]
