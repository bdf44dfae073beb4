"""Files of records that the office brings are looked at before they are taken in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("volunteering", "0018_answers_with_questions"),
    ]
    operations = [
        migrations.CreateModel(
            name="RecordUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, verbose_name="批次号")),
                ("confirmer", models.CharField(max_length=100, verbose_name="来源系统的确认人")),
                ("file_digest", models.CharField(blank=True, max_length=64, verbose_name="文件散列值")),
                ("rows", models.PositiveIntegerField(verbose_name="行数")),
                ("counted", models.PositiveIntegerField(default=0, verbose_name="计入的记录数")),
                ("flagged", models.PositiveIntegerField(default=0, verbose_name="存疑的记录数")),
                ("repeated", models.PositiveIntegerField(default=0, verbose_name="早已导入的记录数")),
                ("faults", models.JSONField(default=list, verbose_name="未导入的行")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("brought_at", models.DateTimeField(null=True, verbose_name="导入时间")),
                (
                    "batch",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="volunteering.recordbatch", verbose_name="导入批次",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uploads",
                        to="volunteering.volunteersystem", verbose_name="来源系统",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to=settings.AUTH_USER_MODEL, verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "上传的记录文件",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(brought_at__isnull=True) ^ models.Q(file_digest=""),
                        name="record_upload_file_until_brought",
                    )
                ],
            },
        )
    ]
