"""Announcements of registrations."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0017_certificate_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('founded', '成立登记公告'), ('changed', '变更登记公告'), ('ended', '注销登记公告')], max_length=16, verbose_name='公告类别')),
                ('document_number', models.CharField(max_length=120, verbose_name='决定文书号')),
                ('title', models.CharField(max_length=240, verbose_name='标题')),
                ('lines', models.JSONField(verbose_name='公告内容')),
                ('authority_name', models.CharField(max_length=120, verbose_name='公告机关')),
                ('division_code', models.CharField(max_length=6, verbose_name='行政区划')),
                ('announced_on', models.DateField(verbose_name='公告日期')),
                ('demo', models.BooleanField(default=False, verbose_name='演示数据')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to='registry.organisation', verbose_name='组织')),
            ],
            options={
                'verbose_name': '登记公告',
                'indexes': [models.Index(models.OrderBy(models.F('announced_on'), descending=True), models.OrderBy(models.F('id'), descending=True), name='announcement_latest'), models.Index(models.F('division_code'), models.OrderBy(models.F('announced_on'), descending=True), models.OrderBy(models.F('id'), descending=True), name='announcement_of_division')],
                'constraints': [models.UniqueConstraint(fields=('document_number',), name='announcement_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['founded', 'changed', 'ended'])), name='announcement_kind_known')],
            },
        ),
    ]
