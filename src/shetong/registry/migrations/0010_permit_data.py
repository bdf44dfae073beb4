"""Permit data as they are published, audits of leaving representatives, people on lists of dishonesty."""


import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0009_search_by_date'),
    ]

    operations = [
        migrations.CreateModel(
            name='DepartureAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('representative', models.CharField(max_length=100, verbose_name='离任法定代表人')),
                ('audited_from', models.DateField(verbose_name='审计期间起')),
                ('audited_to', models.DateField(verbose_name='审计期间止')),
                ('auditor', models.CharField(max_length=200, verbose_name='审计机构')),
                ('report_number', models.CharField(max_length=120, verbose_name='报告文号')),
                ('opinion', models.CharField(choices=[('unqualified', '无保留意见'), ('qualified', '保留意见'), ('adverse', '否定意见'), ('disclaimer', '无法表示意见')], max_length=12, verbose_name='审计意见')),
                ('document_number', models.CharField(max_length=120, unique=True, verbose_name='备案文号')),
                ('filed_on', models.DateField(verbose_name='备案日期')),
            ],
            options={
                'verbose_name': '离任审计',
            },
        ),
        migrations.CreateModel(
            name='ListedPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity_number_index', models.BinaryField(max_length=32, verbose_name='证件号码（盲索引）')),
                ('list_name', models.CharField(max_length=60, verbose_name='名单')),
                ('reason', models.CharField(max_length=300, verbose_name='列入事由')),
                ('listed_by', models.CharField(max_length=120, verbose_name='列入机关')),
                ('document_number', models.CharField(max_length=120, verbose_name='文号')),
                ('listed_on', models.DateField(verbose_name='列入日期')),
                ('removed_on', models.DateField(null=True, verbose_name='移出日期')),
            ],
            options={
                'verbose_name': '失信名单人员',
            },
        ),
        migrations.AddField(
            model_name='authority',
            name='uscc',
            field=models.CharField(blank=True, db_default='', default='', max_length=18, verbose_name='统一社会信用代码'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='category',
            field=models.CharField(choices=[('ordinary', '普通'), ('concession', '特许'), ('accreditation', '认可'), ('approval', '核准'), ('registration', '登记'), ('other', '其他')], db_default='registration', default='registration', max_length=16, verbose_name='许可类别'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='certificate_number',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='许可编号'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='certificate_title',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='许可证书名称'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='content',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='许可内容全文'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='document_title',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='行政许可决定文书名称'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='legal_representative',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, verbose_name='法定代表人'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='publish_by',
            field=models.DateField(null=True, verbose_name='应当公示的日期'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='published_at',
            field=models.DateTimeField(null=True, verbose_name='公示时间'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='subject_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='行政相对人名称'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='withdrawn_at',
            field=models.DateTimeField(null=True, verbose_name='撤回公示时间'),
        ),
        migrations.AddField(
            model_name='permitrecord',
            name='withdrawn_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='撤回理由'),
        ),
        migrations.AddConstraint(
            model_name='authority',
            constraint=models.CheckConstraint(condition=models.Q(('uscc', ''), ('uscc__regex', '^[0-9A-HJ-NPQRTUWXY]{18}$'), _connector='OR'), name='authority_uscc'),
        ),
        migrations.AddConstraint(
            model_name='permitrecord',
            constraint=models.CheckConstraint(condition=models.Q(('category__in', ['ordinary', 'concession', 'accreditation', 'approval', 'registration', 'other'])), name='permit_category_known'),
        ),
        migrations.AddConstraint(
            model_name='permitrecord',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawn_reason', ''), _negated=True), _connector='OR'), name='permit_withdrawn_for_a_reason'),
        ),
        migrations.AddField(
            model_name='departureaudit',
            name='change',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='departure_audits', to='registry.filing'),
        ),
        migrations.AddField(
            model_name='departureaudit',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departure_audits', to='registry.organisation'),
        ),
        migrations.AddConstraint(
            model_name='listedperson',
            constraint=models.UniqueConstraint(fields=('identity_number_index', 'list_name', 'document_number'), name='listed_person_once'),
        ),
        migrations.AddConstraint(
            model_name='listedperson',
            constraint=models.CheckConstraint(condition=models.Q(('removed_on__isnull', True), ('removed_on__gte', models.F('listed_on')), _connector='OR'), name='listed_person_period'),
        ),
        migrations.AddConstraint(
            model_name='departureaudit',
            constraint=models.CheckConstraint(condition=models.Q(('audited_to__gte', models.F('audited_from'))), name='departure_audit_period'),
        ),
        migrations.AddConstraint(
            model_name='departureaudit',
            constraint=models.CheckConstraint(condition=models.Q(('opinion__in', ['unqualified', 'qualified', 'adverse', 'disclaimer'])), name='departure_audit_opinion_known'),
        ),
        migrations.AddConstraint(
            model_name='departureaudit',
            constraint=models.UniqueConstraint(fields=('change',), name='departure_audit_once'),
        ),
        # What was shown before was public.
        migrations.RunSQL(
            "UPDATE registry_permitrecord SET published_at = (decided_on + time '09:00') AT TIME ZONE 'Asia/Shanghai'"
            " WHERE published_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
