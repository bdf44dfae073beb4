"""Registrars invite an organisation's first representative upon papers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    dependencies = [("casework", "0015_archive_indexes")]
    operations = [
        migrations.AddField(
            model_name='mandateinvitation',
            name='division_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=6, verbose_name='核验机关行政区划'),
        ),
        migrations.AddField(
            model_name='mandateinvitation',
            name='proof',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='核验的材料'),
        ),
    ]
