"""Cosignatures and anchors never change either."""

from django.db import migrations

TABLES = ("cosignature", "anchor")
CREATE = "".join(
    f"""
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON ledger_{table}
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON ledger_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
    for table in TABLES
)
DROP = "".join(
    f"DROP TRIGGER {table}_kept ON ledger_{table}; DROP TRIGGER {table}_frozen ON ledger_{table};" for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_trust")]
    operations = [migrations.RunSQL(CREATE, DROP)]
