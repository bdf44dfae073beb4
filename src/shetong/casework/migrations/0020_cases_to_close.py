"""What is left to do once a case is decided, found without reading every case; made while the old code serves."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("casework", "0019_article_versions")]

    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ('approved', 'refused', 'not-accepted', 'terminated', 'delivered', 'withdrawn'))), fields=['updated_at'], name='case_to_close'),
        ),
    ]
