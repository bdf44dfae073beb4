"""Registration certificates as they were sealed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0013_site_check_files'),
        ('registry', '0016_one_index_of_codes'),
    ]

    operations = [
        migrations.CreateModel(
            name='CertificateFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_at', models.DateTimeField(verbose_name='盖章时间')),
                ('certificate', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document', to='registry.certificate', verbose_name='证书')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.storedfile', verbose_name='文件')),
                ('seal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.seal', verbose_name='印章')),
            ],
            options={
                'verbose_name': '证书文件',
            },
        ),
    ]
