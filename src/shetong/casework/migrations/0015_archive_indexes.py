"""Indexes by which archives are found, made while the old code serves."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("casework", "0014_archive_search")]
    operations = [
        AddIndexConcurrently(
            model_name='archive',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['search'], name='archive_search'),
        ),
        AddIndexConcurrently(
            model_name='archive',
            index=models.Index(models.OrderBy(models.F('archived_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='archive_latest'),
        ),
        AddIndexConcurrently(
            model_name='archive',
            index=models.Index(condition=models.Q(('sound', False)), fields=['archived_at'], name='archive_faulty'),
        ),
        AddIndexConcurrently(
            model_name='archive',
            index=models.Index(condition=models.Q(('retention', 'permanent'), _negated=True), fields=['retention', 'archived_at'], name='archive_ending'),
        ),
    ]
