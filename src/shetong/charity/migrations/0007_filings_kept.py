"""Filings of trusts and losses of qualification are added to, never altered or removed."""

from django.db import migrations

TABLES = ("trustfiling", "qualificationloss")
FORWARD = "".join(
    f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE ON charity_{table}"
    " FOR EACH ROW EXECUTE FUNCTION charity_keep();\n"
    f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON charity_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION charity_keep();\n"
    for table in TABLES
)
BACKWARD = "".join(
    f"DROP TRIGGER {table}_not_emptied ON charity_{table}; DROP TRIGGER {table}_unchanged ON charity_{table};\n"
    for table in TABLES
)


class Migration(migrations.Migration):
    """Triggers of the tables that the migration before made."""

    dependencies = [("charity", "0006_qualifications_and_trusts")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
