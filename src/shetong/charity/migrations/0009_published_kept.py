"""What was published, reported and decided is added to, never altered or removed."""

from django.db import migrations

FIXED = ("disclosure", "disclosurefact", "annualfigures", "creditevent")
KEPT = ("disclosureduty", "creditrecord", "donorhonour")
FORWARD = "".join(
    f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE ON charity_{table}"
    " FOR EACH ROW EXECUTE FUNCTION charity_keep();\n"
    for table in FIXED
) + "".join(
    f"CREATE TRIGGER {table}_unchanged BEFORE DELETE ON charity_{table}"
    " FOR EACH ROW EXECUTE FUNCTION charity_keep();\n"
    for table in KEPT
)
FORWARD += "".join(
    f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON charity_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION charity_keep();\n"
    for table in (*FIXED, *KEPT)
)
BACKWARD = "".join(
    f"DROP TRIGGER {table}_not_emptied ON charity_{table}; DROP TRIGGER {table}_unchanged ON charity_{table};\n"
    for table in (*FIXED, *KEPT)
)


class Migration(migrations.Migration):
    """Triggers of the tables that the migration before made."""

    dependencies = [("charity", "0008_disclosure_and_credit")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
