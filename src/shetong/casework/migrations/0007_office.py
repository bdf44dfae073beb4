"""The office: notes, phrases, checks, the knowledge base, questions, trials; what lists and statistics keep."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0006_people_of_cases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('regulation', '法规政策'), ('article', '业务说明'), ('faq', '问答')], max_length=12, verbose_name='类别')),
                ('division_code', models.CharField(max_length=6, verbose_name='发布单位行政区划')),
                ('matters', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), default=list, size=None, verbose_name='相关事项')),
                ('public', models.BooleanField(default=False, verbose_name='向公众显示')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('published', models.PositiveIntegerField(null=True, verbose_name='现行版次')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='撤下时间')),
                ('created_at', models.DateTimeField(verbose_name='建立时间')),
                ('search', django.contrib.postgres.search.SearchVectorField(null=True)),
            ],
            options={
                'verbose_name': '知识条目',
            },
        ),
        migrations.CreateModel(
            name='ArticleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='版次')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('body', models.TextField(verbose_name='正文')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='出处')),
                ('change', models.CharField(blank=True, max_length=300, verbose_name='修改说明')),
                ('state', models.CharField(choices=[('draft', '草稿'), ('pending', '待审定'), ('published', '已发布'), ('returned', '退回')], default='draft', max_length=10, verbose_name='状态')),
                ('written_at', models.DateTimeField(verbose_name='写作时间')),
                ('reviewed_at', models.DateTimeField(null=True, verbose_name='审定时间')),
                ('remark', models.CharField(blank=True, max_length=300, verbose_name='审定意见')),
            ],
            options={
                'verbose_name': '知识条目版次',
            },
        ),
        migrations.CreateModel(
            name='CaseNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='内容')),
                ('written_at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '内部便笺',
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(null=True, verbose_name='阅读时间')),
            ],
            options={
                'verbose_name': '便笺提到',
            },
        ),
        migrations.CreateModel(
            name='Phrase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division_code', models.CharField(blank=True, max_length=6, verbose_name='单位行政区划')),
                ('title', models.CharField(max_length=40, verbose_name='名称')),
                ('text', models.TextField(verbose_name='内容')),
                ('recorded_at', models.DateTimeField(verbose_name='记载时间')),
            ],
            options={
                'verbose_name': '常用语',
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division_code', models.CharField(max_length=6, verbose_name='请示单位行政区划')),
                ('asked_division', models.CharField(max_length=6, verbose_name='答复单位行政区划')),
                ('matter', models.CharField(blank=True, max_length=24, verbose_name='事项编码')),
                ('title', models.CharField(max_length=120, verbose_name='标题')),
                ('text', models.TextField(verbose_name='内容')),
                ('asked_at', models.DateTimeField(verbose_name='请示时间')),
                ('answer', models.TextField(blank=True, verbose_name='答复')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='答复时间')),
            ],
            options={
                'verbose_name': '请示',
            },
        ),
        migrations.CreateModel(
            name='SiteCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('on-site', '实地核查'), ('expert', '专家核查')], max_length=12, verbose_name='方式')),
                ('purpose', models.TextField(verbose_name='核查事项')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='地点')),
                ('planned_on', models.DateField(verbose_name='计划日期')),
                ('officers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='核查人员')),
                ('officer_names', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=None, verbose_name='核查人员姓名')),
                ('ordered_at', models.DateTimeField(verbose_name='安排时间')),
                ('done_on', models.DateField(null=True, verbose_name='核查日期')),
                ('conclusion', models.CharField(blank=True, choices=[('agrees', '与申请一致'), ('differs', '与申请不一致'), ('unclear', '无法核实')], max_length=12, verbose_name='结论')),
                ('record', models.TextField(blank=True, verbose_name='核查记录')),
                ('recorded_at', models.DateTimeField(null=True, verbose_name='记录时间')),
            ],
            options={
                'verbose_name': '核查',
            },
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matter', models.CharField(max_length=24, verbose_name='事项编码')),
                ('division_code', models.CharField(max_length=6, verbose_name='行政区划')),
                ('first_day', models.DateField(verbose_name='自')),
                ('last_day', models.DateField(verbose_name='至')),
                ('change', models.JSONField(verbose_name='改变')),
                ('state', models.CharField(choices=[('waiting', '等待'), ('running', '试算中'), ('done', '完成'), ('failed', '失败')], default='waiting', max_length=10, verbose_name='状态')),
                ('cases', models.PositiveIntegerField(default=0, verbose_name='办件数')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='已试算')),
                ('result', models.JSONField(default=dict, verbose_name='结果')),
                ('failure', models.CharField(blank=True, max_length=300, verbose_name='失败原因')),
                ('asked_at', models.DateTimeField(verbose_name='开始时间')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='结束时间')),
            ],
            options={
                'verbose_name': '规则试算',
            },
        ),
        migrations.RemoveConstraint(
            model_name='caseevent',
            name='case_event_act_known',
        ),
        migrations.AddField(
            model_name='case',
            name='corrections',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='补正次数'),
        ),
        migrations.AddField(
            model_name='case',
            name='decide_by',
            field=models.DateField(null=True, verbose_name='决定期限届满日'),
        ),
        migrations.AddField(
            model_name='case',
            name='returns',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='退回次数'),
        ),
        migrations.AddField(
            model_name='case',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('', '本机关'), ('applicant', '申请人'), ('opinion', '征求意见'), ('check', '核查'), ('procedure', '特别程序')], db_default='', default='', max_length=10, verbose_name='等待'),
        ),
        migrations.AddField(
            model_name='caseevent',
            name='acting_for',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='被代理人'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='asked_division',
            field=models.CharField(blank=True, db_default='', default='', max_length=6, verbose_name='征求对象行政区划'),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='act',
            field=models.CharField(choices=[('submit', '提交'), ('discard', '放弃填报'), ('accept', '受理'), ('deem-accepted', '逾期未告知，视为受理'), ('ask-correction', '一次性告知补正'), ('not-accept', '不予受理'), ('forward', '审查通过，送下一步'), ('send-back', '退回上一步'), ('ask-opinion', '征求意见'), ('give-opinion', '反馈意见'), ('order-check', '安排核查'), ('record-check', '记录核查结果'), ('suspend', '启动特别程序'), ('resume', '特别程序结束'), ('extend', '延长办理期限'), ('approve', '准予'), ('refuse', '不予'), ('deliver', '送达'), ('archive', '归档'), ('withdraw', '撤回申请'), ('terminate', '终止办理')], max_length=16, verbose_name='行为'),
        ),
        migrations.AddConstraint(
            model_name='caseevent',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['submit', 'discard', 'accept', 'deem-accepted', 'ask-correction', 'not-accept', 'forward', 'send-back', 'ask-opinion', 'give-opinion', 'order-check', 'record-check', 'suspend', 'resume', 'extend', 'approve', 'refuse', 'deliver', 'archive', 'withdraw', 'terminate'])), name='case_event_act_known'),
        ),
        migrations.AddField(
            model_name='article',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='articleversion',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='casework.article', verbose_name='条目'),
        ),
        migrations.AddField(
            model_name='articleversion',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='作者'),
        ),
        migrations.AddField(
            model_name='articleversion',
            name='reviewer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='casenote',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='作者'),
        ),
        migrations.AddField(
            model_name='casenote',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='casework.case', verbose_name='办件'),
        ),
        migrations.AddField(
            model_name='mention',
            name='note',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='casework.casenote', verbose_name='便笺'),
        ),
        migrations.AddField(
            model_name='mention',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='被提到的人'),
        ),
        migrations.AddField(
            model_name='phrase',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='phrases', to=settings.AUTH_USER_MODEL, verbose_name='所有人'),
        ),
        migrations.AddField(
            model_name='phrase',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='question',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='question',
            name='article',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='casework.article', verbose_name='形成条目'),
        ),
        migrations.AddField(
            model_name='question',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='question',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='casework.case', verbose_name='办件'),
        ),
        migrations.AddField(
            model_name='sitecheck',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='casework.case', verbose_name='办件'),
        ),
        migrations.AddField(
            model_name='sitecheck',
            name='ordered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sitecheck',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trial',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='article',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='article_search'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=django.contrib.postgres.indexes.GinIndex(fields=['matters'], name='article_of_matter'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['regulation', 'article', 'faq'])), name='article_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('division_code__regex', '^[1-9]\\d{5}$')), name='article_division'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.UniqueConstraint(fields=('article', 'number'), name='article_version_number'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'pending'))), fields=('article',), name='article_one_version_at_work'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'pending', 'published', 'returned'])), name='article_version_state_known'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.CheckConstraint(condition=models.Q(('reviewer__isnull', True), models.Q(('reviewer', models.F('author')), _negated=True), _connector='OR'), name='article_reviewed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('reviewed_at__isnull', False), ('reviewer__isnull', False)), _connector='OR'), name='article_published_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='casenote',
            index=models.Index(fields=['case', 'id'], name='note_of_case'),
        ),
        migrations.AddConstraint(
            model_name='casenote',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='note_not_empty'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(condition=models.Q(('seen_at__isnull', True)), fields=['user'], name='mention_unseen'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('note', 'user'), name='mention_once_a_note'),
        ),
        migrations.AddConstraint(
            model_name='phrase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner__isnull', True), models.Q(('division_code', ''), _negated=True)), models.Q(('division_code', ''), ('owner__isnull', False)), _connector='OR'), name='phrase_own_or_of_authority'),
        ),
        migrations.AddConstraint(
            model_name='phrase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='phrase_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='phrase',
            constraint=models.UniqueConstraint(condition=models.Q(('owner__isnull', False)), fields=('owner', 'title'), name='phrase_title_of_owner'),
        ),
        migrations.AddConstraint(
            model_name='phrase',
            constraint=models.UniqueConstraint(condition=models.Q(('division_code', ''), _negated=True), fields=('division_code', 'title'), name='phrase_title_of_authority'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['asked_division', 'id'], name='question_open'),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(fields=['division_code', 'id'], name='question_of_division'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='question_answered_wholly'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('asked_division', models.F('division_code')), _negated=True), name='question_to_another'),
        ),
        migrations.AddIndex(
            model_name='sitecheck',
            index=models.Index(models.F('case'), models.OrderBy(models.F('id'), descending=True), name='check_of_case'),
        ),
        migrations.AddIndex(
            model_name='sitecheck',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('recorded_at__isnull', True)), fields=['officers'], name='check_to_record'),
        ),
        migrations.AddConstraint(
            model_name='sitecheck',
            constraint=models.CheckConstraint(condition=models.Q(('officers__len__gte', 2)), name='check_by_two_officers'),
        ),
        migrations.AddConstraint(
            model_name='sitecheck',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['on-site', 'expert'])), name='check_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='sitecheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conclusion', ''), ('done_on__isnull', True), ('recorded_at__isnull', True)), models.Q(('conclusion__in', ['agrees', 'differs', 'unclear']), ('done_on__isnull', False), ('recorded_at__isnull', False), models.Q(('record', ''), _negated=True)), _connector='OR'), name='check_recorded_wholly'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='trial_period'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'running', 'done', 'failed'])), name='trial_state_known'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('done__lte', models.F('cases'))), name='trial_progress'),
        ),
    ]
