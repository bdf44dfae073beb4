"""Approvals of charters are filings; the list of kinds is validated while the old code serves."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("registry", "0014_permit_corrections")]
    operations = [
        migrations.AlterField(
            model_name='filing',
            name='kind',
            field=models.CharField(choices=[('registration', '成立登记'), ('change', '变更登记'), ('correction', '更正'), ('deregistration', '注销登记'), ('order', '行政决定'), ('attribute', '资格与标识'), ('officers', '负责人备案'), ('charter', '章程核准'), ('import', '数据导入')], max_length=14, verbose_name='事由'),
        ),
        migrations.RemoveConstraint(model_name='filing', name='filing_kind_known'),
        AddConstraintNotValid(
            'filing',
            models.CheckConstraint(
                condition=models.Q(('kind__in', ['registration', 'change', 'correction', 'deregistration', 'order', 'attribute', 'officers', 'charter', 'import'])),
                name='filing_kind_known',
            ),
        ),
        ValidateConstraint('filing', 'filing_kind_known'),
    ]
