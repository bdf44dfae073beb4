"""Indexes of permits that wait for publication and of those published, made while the old code serves."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("registry", "0010_permit_data")]
    operations = [
        AddIndexConcurrently(
            model_name='permitrecord',
            index=models.Index(condition=models.Q(('published_at__isnull', True), ('withdrawn_at__isnull', True)), fields=['publish_by', 'id'], name='permit_unpublished'),
        ),
        AddIndexConcurrently(
            model_name='permitrecord',
            index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['decided_on', 'id'], name='permit_published'),
        ),
    ]
