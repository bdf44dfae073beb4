"""Which systems were told of a volunteer, found at once."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("volunteering", "0016_exchange_in_order")]
    operations = [
        AddIndexConcurrently(
            "exchangechange",
            models.Index(fields=["object_id", "system"], condition=Q(kind="volunteers"), name="exchange_told"),
        )
    ]
