"""Changes of sessions and shifts, places of sessions, coordinates with their system, suspensions.

The function that signs up refuses who was on the way while the time of the session changed.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _function(*changes: tuple[str, str]) -> str:
    """Return the function of migration 0002 with changes, each of which must apply."""
    text = import_module("shetong.volunteering.migrations.0002_functions").FORWARD
    text = text[text.index("CREATE FUNCTION volunteering_sign_up") :].replace("CREATE F", "CREATE OR REPLACE F", 1)
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(old)
        text = text.replace(old, new)
    return text


WITHOUT_VERSION = _function()
WITH_VERSION = _function(
    ("h.taken, h.waiting, h.open, e.during", "h.taken, h.waiting, h.open, h.version, e.during"),
    (
        "WHERE h.id = p_shift AND h.open\n                AND ((h.taken",
        "WHERE h.id = p_shift AND h.open AND h.version = shift.version\n                AND ((h.taken",
    ),
    (
        "WHERE h.id = p_shift AND h.open\n            RETURNING h.tickets, 0, 1",
        "WHERE h.id = p_shift AND h.open AND h.version = shift.version\n            RETURNING h.tickets, 0, 1",
    ),
    (
        "SELECT CASE WHEN h.open THEN 'full' ELSE 'closed' END INTO outcome",
        "SELECT CASE WHEN NOT h.open THEN 'closed' WHEN h.version <> shift.version THEN 'moved' ELSE 'full' END\n"
        "            INTO outcome",
    ),
)


class Migration(migrations.Migration):

    dependencies = [
        ("volunteering", "0021_counted_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('since', models.DateTimeField(verbose_name='暂停时间')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='恢复时间')),
                ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='恢复理由')),
            ],
            options={
                'verbose_name': '暂停',
            },
        ),
        migrations.AddField(
            model_name='activity',
            name='crs',
            field=models.CharField(choices=[('wgs-84', '手机定位（“用我的位置”）'), ('gcj-02', '国内地图网站或者地图应用')], db_default='wgs-84', default='wgs-84', max_length=6, verbose_name='坐标系'),
        ),
        migrations.AddField(
            model_name='session',
            name='address',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='这一场的地点'),
        ),
        migrations.AddField(
            model_name='session',
            name='crs',
            field=models.CharField(choices=[('wgs-84', '手机定位（“用我的位置”）'), ('gcj-02', '国内地图网站或者地图应用')], db_default='wgs-84', default='wgs-84', max_length=6, verbose_name='坐标系'),
        ),
        migrations.AddField(
            model_name='session',
            name='latitude',
            field=models.FloatField(null=True, verbose_name='纬度'),
        ),
        migrations.AddField(
            model_name='session',
            name='longitude',
            field=models.FloatField(null=True, verbose_name='经度'),
        ),
        migrations.AddField(
            model_name='shift',
            name='version',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='时间版次'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='actor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='suspension',
            name='team',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='volunteering.team', verbose_name='团体'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='volunteer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='volunteering.volunteer', verbose_name='志愿者'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('team__isnull', True), ('volunteer__isnull', False)), models.Q(('team__isnull', False), ('volunteer__isnull', True)), _connector='OR'), name='suspension_of_one'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='suspension_reasoned'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_at__gte', models.F('since')), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='suspension_ended_reasoned'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('volunteer',), name='suspension_of_volunteer_once'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('team',), name='suspension_of_team_once'),
        ),
        migrations.RunSQL(WITH_VERSION, WITHOUT_VERSION),
    ]
