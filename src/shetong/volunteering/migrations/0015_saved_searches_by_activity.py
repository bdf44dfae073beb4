"""Saved searches keep what they told; the ends of a wait have one name."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('volunteering', '0014_words_of_service'),
    ]

    operations = [
        migrations.AddField(
            model_name='savedsearch',
            name='since',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, verbose_name='从何时起发布的算新活动'),
        ),
        migrations.AddField(
            model_name='savedsearch',
            name='told',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None, verbose_name='已告知的活动'),
        ),
        migrations.AlterField(
            model_name='signup',
            name='state',
            field=models.CharField(choices=[('applied', '待审核'), ('waiting', '候补'), ('offered', '候补到位，待确认'), ('held', '已录用'), ('present', '已签到'), ('done', '已签退'), ('recorded', '已记录时长'), ('absent', '未到'), ('refused', '未录用'), ('lapsed', '候补已失效'), ('withdrawn', '本人取消'), ('dropped', '活动取消')], max_length=9, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='signupevent',
            name='act',
            field=models.CharField(choices=[('sign-up', '报名'), ('admit', '录用'), ('refuse', '不录用'), ('offer', '候补到位'), ('confirm', '确认参加'), ('lapse', '候补失效'), ('withdraw', '取消报名'), ('drop', '活动取消'), ('check-in', '签到'), ('check-out', '签退'), ('record', '记录时长'), ('mark-absent', '记为未到')], max_length=12, verbose_name='行为'),
        ),
        migrations.AlterField(
            model_name='signupevent',
            name='to_state',
            field=models.CharField(choices=[('applied', '待审核'), ('waiting', '候补'), ('offered', '候补到位，待确认'), ('held', '已录用'), ('present', '已签到'), ('done', '已签退'), ('recorded', '已记录时长'), ('absent', '未到'), ('refused', '未录用'), ('lapsed', '候补已失效'), ('withdrawn', '本人取消'), ('dropped', '活动取消')], max_length=9, verbose_name='之后状态'),
        ),
    ]
