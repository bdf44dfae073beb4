"""Records on public notice in the order in which the notices end, of all and of one team, made while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

HAS_NOTICE = models.Q(("notice_until__isnull", False))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("volunteering", "0025_last_leaving_counts")]
    operations = [
        AddIndexConcurrently(
            "servicerecord",
            models.Index(fields=["notice_until", "id"], condition=HAS_NOTICE, name="record_on_notice"),
        ),
        AddIndexConcurrently(
            "servicerecord",
            models.Index(fields=["team", "notice_until", "id"], condition=HAS_NOTICE, name="record_on_notice_of_team"),
        ),
    ]
