"""Permits that were withdrawn or corrected in a period are found by indexes, made while the old code serves."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("registry", "0021_code_sequence")]
    operations = [
        AddIndexConcurrently(
            model_name='permitrecord',
            index=models.Index(condition=models.Q(('withdrawn_at__isnull', False)), fields=['withdrawn_at'], name='permit_withdrawn'),
        ),
        AddIndexConcurrently(
            model_name='permitrecord',
            index=models.Index(condition=models.Q(('corrected_at__isnull', False)), fields=['corrected_at'], name='permit_corrected'),
        ),
    ]
