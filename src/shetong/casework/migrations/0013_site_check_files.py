"""What officers bring back from checks, and its way there through resumable uploads."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0012_uploads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CheckFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='文件名')),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('removed_at', models.DateTimeField(null=True, verbose_name='撤下时间')),
            ],
            options={
                'verbose_name': '核查附件',
            },
        ),
        migrations.AddField(
            model_name='upload',
            name='check_made',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.sitecheck', verbose_name='核查'),
        ),
        migrations.AddField(
            model_name='checkfile',
            name='check_made',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='casework.sitecheck', verbose_name='核查'),
        ),
        migrations.AddField(
            model_name='checkfile',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.storedfile', verbose_name='文件'),
        ),
        migrations.AddField(
            model_name='checkfile',
            name='removed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='checkfile',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='upload',
            name='check_file',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.checkfile', verbose_name='成为的核查附件'),
        ),
        migrations.AddConstraint(
            model_name='checkfile',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('check_made', 'file'), name='check_file_once'),
        ),
    ]
