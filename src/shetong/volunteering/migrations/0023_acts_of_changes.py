"""Two more acts on sign-ups: their session moved, and moved to where another place is in the way."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """The check is exchanged while events go on being written."""

    atomic = False
    dependencies = [("volunteering", "0022_changes_and_suspensions")]
    operations = [
        migrations.AlterField(
            model_name='signupevent',
            name='act',
            field=models.CharField(choices=[('sign-up', '报名'), ('admit', '录用'), ('refuse', '不录用'), ('offer', '候补到位'), ('confirm', '确认参加'), ('lapse', '候补失效'), ('withdraw', '取消报名'), ('drop', '活动取消'), ('check-in', '签到'), ('check-out', '签退'), ('record', '记录时长'), ('mark-absent', '记为未到'), ('reschedule', '场次改时间'), ('displace', '场次改时间后与另一班次冲突')], max_length=12, verbose_name='行为'),
        ),
        migrations.RemoveConstraint(model_name='signupevent', name='signup_event_act_known'),
        AddConstraintNotValid(
            'signupevent',
            models.CheckConstraint(condition=models.Q(('act__in', ['sign-up', 'admit', 'refuse', 'offer', 'confirm', 'lapse', 'withdraw', 'drop', 'check-in', 'check-out', 'record', 'mark-absent', 'reschedule', 'displace'])), name='signup_event_act_known'),
        ),
        ValidateConstraint('signupevent', 'signup_event_act_known'),
    ]
