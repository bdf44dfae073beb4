"""People named in applications, by keyed index."""


import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0005_seals_kept'),
    ]

    operations = [
        migrations.CreateModel(
            name='CasePerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=24, verbose_name='所在部分')),
                ('index', models.BinaryField(max_length=32, verbose_name='证件号码（盲索引）')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='casework.case', verbose_name='办件')),
            ],
            options={
                'verbose_name': '申请所涉人员',
                'indexes': [models.Index(fields=['index', 'role'], name='case_person_index')],
                'constraints': [models.UniqueConstraint(fields=('case', 'role', 'index'), name='case_person_once')],
            },
        ),
    ]
