"""Indexes of statistics and of opinions asked, made while the old code serves."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("casework", "0007_office")]
    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('submitted_at__isnull', False)), fields=['authority_division', 'submitted_at'], include=('matter', 'state', 'accepted_on', 'decided_on', 'decide_by', 'returns', 'corrections'), name='case_statistics'),
        ),
        AddIndexConcurrently(
            model_name='opinion',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['asked_division', 'id'], name='opinion_unanswered'),
        ),
    ]
