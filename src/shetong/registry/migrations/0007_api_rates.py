"""What each caller of the API used in the present minute; shared by all servers, worth nothing after a crash."""

from django.db import migrations

FORWARD = """
CREATE UNLOGGED TABLE registry_apirate (
    subject bytea PRIMARY KEY,
    minute bigint NOT NULL,
    used bigint NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE registry_apirate IS 'Requests lent to server processes; subject is a keyed hash of address or key';
"""

BACKWARD = "DROP TABLE registry_apirate;"


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    dependencies = [("registry", "0006_statistics")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
