"""Of one object and reader the newest change alone is kept; the older ones are found by their object."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

OLDER = """
DELETE FROM volunteering_exchangechange c USING volunteering_exchangechange later
WHERE later.object_id = c.object_id AND later.kind = c.kind AND later.system_id IS NOT DISTINCT FROM c.system_id
    AND later.id > c.id;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("volunteering", "0023_acts_of_changes")]
    operations = [
        AddIndexConcurrently("exchangechange", models.Index(fields=["object_id", "kind"], name="exchange_of_object")),
        RemoveIndexConcurrently("exchangechange", "exchange_told"),
        migrations.RunSQL(OLDER, migrations.RunSQL.noop),
    ]
