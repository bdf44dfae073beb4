"""Records of a person in the order of time, made while the old code serves."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """By this index the database will look that nothing counts twice."""

    atomic = False
    dependencies = [("volunteering", "0019_record_uploads")]
    operations = [
        AddIndexConcurrently(
            model_name="servicerecord",
            index=models.Index(
                models.F("volunteer"), models.Func(models.F("during"), function="lower"), name="record_by_time"
            ),
        ),
    ]
