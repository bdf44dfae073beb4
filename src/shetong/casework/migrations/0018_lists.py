"""Lists of cases by indexes that hold what they show, made while the old code serves and writes."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Outside of a transaction, as indexes that are made concurrently must be."""

    atomic = False
    dependencies = [
        ("casework", "0017_invitations_upon_proof"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(models.F('authority_division'), models.OrderBy(models.F('next_on'), nulls_last=True), models.F('id'), condition=models.Q(('state__in', ('submitted', 'correction', 'reviewing', 'suspended'))), include=('holder', 'state', 'waits_for'), name='case_to_do'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(models.OrderBy(models.F('next_on'), nulls_last=True), models.F('id'), condition=models.Q(('state__in', ('submitted', 'correction', 'reviewing', 'suspended'))), name='case_open_by_day'),
        ),
        AddIndexConcurrently(
            model_name='case',
            index=models.Index(condition=models.Q(('submitted_at__isnull', False)), fields=['authority_division', 'submitted_at'], include=('matter', 'state', 'accepted_on', 'decided_on', 'decide_by', 'returns', 'corrections', 'next_on', 'waits_for'), name='case_figures'),
        ),
        RemoveIndexConcurrently(
            model_name='case',
            name='case_open_by_authority',
        ),
        RemoveIndexConcurrently(
            model_name='case',
            name='case_of_applicant',
        ),
        RemoveIndexConcurrently(
            model_name='case',
            name='case_statistics',
        ),
        migrations.AlterField(
            model_name='casematerial',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='materials', to='casework.case', verbose_name='办件'),
        ),
        migrations.AlterField(
            model_name='casematerial',
            name='removed_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='casematerial',
            name='uploaded_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
    ]
