"""Charitable projects: what the money is for, who carries it out, who is helped, and how it goes."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from shetong.charity.models.choices import BeneficiaryCategory, ProjectState
from shetong.registry.models import Organisation


class Project(models.Model):
    """A project of a charity; ``number`` is its public number: unified code, ``P``, two digits of the year, serial."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="charity_projects")
    number = models.CharField("项目编号", max_length=24, unique=True)
    name = models.CharField("项目名称", max_length=200)
    summary = models.TextField("项目内容")
    purpose = models.CharField("慈善目的", max_length=40)
    area = models.CharField("实施地域", max_length=200)
    beneficiaries_text = models.CharField("受益人群", max_length=200)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True)
    state = models.CharField("状态", max_length=12, choices=ProjectState, default=ProjectState.RUNNING)
    surplus = models.CharField("剩余财产处理", max_length=800, blank=True)
    demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "慈善项目"
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}P\d{5,6}$"), name="project_number_form"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="project_period"
            ),
            models.CheckConstraint(condition=Q(state__in=ProjectState.values), name="project_state_known"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="project_newest")]

    def __str__(self) -> str:
        return self.name


class BudgetLine(models.Model):
    """A line of a project's budget; ``code`` may serve as the earmark of donations meant for it alone."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="budget_lines")
    code = models.SlugField("代码", max_length=24)
    name = models.CharField("用途", max_length=100)
    amount = models.BigIntegerField("预算（分）")

    class Meta:
        verbose_name = "预算科目"
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="budget_line_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_line_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Partner(models.Model):
    """An organisation that carries out a project; the law asks for an evaluation and a written agreement."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="partners")
    name = models.CharField("名称", max_length=200)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    task = models.CharField("任务", max_length=300)
    agreement_digest = models.CharField("协议摘要（SHA-256）", max_length=64, blank=True)
    evaluation = models.CharField("评估结论", max_length=500, blank=True)

    class Meta:
        verbose_name = "执行机构"
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="partner_once")]

    def __str__(self) -> str:
        return self.name


class Beneficiary(models.Model):
    """Somebody helped. In public only county, category, age band and initial; the name is sealed.

    In the log a beneficiary is a salted commitment whose subject is ``beneficiary:`` and the row's number.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="beneficiaries")
    name_sealed = models.BinaryField("姓名或名称（密文）", null=True)
    initial = models.CharField("姓氏", max_length=4, blank=True)
    division_code = models.CharField("所在县级行政区划", max_length=6)
    category = models.CharField("类别", max_length=12, choices=BeneficiaryCategory)
    age_from = models.PositiveSmallIntegerField("年龄段起", null=True)
    age_to = models.PositiveSmallIntegerField("年龄段止", null=True)
    organisation = models.BooleanField("是单位", default=False)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "受益人"
        constraints = [
            models.CheckConstraint(condition=Q(category__in=BeneficiaryCategory.values), name="beneficiary_category"),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True, age_to__isnull=True) | Q(age_to__gte=F("age_from")),
                name="beneficiary_age_band",
            ),
        ]

    def __str__(self) -> str:
        return f"beneficiary {self.pk}"


class Milestone(models.Model):
    """A step that a project promised, and the day it was reached."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="milestones")
    name = models.CharField("节点", max_length=200)
    due_on = models.DateField("计划日期")
    reached_on = models.DateField("完成日期", null=True)

    class Meta:
        verbose_name = "项目节点"
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="milestone_once")]

    def __str__(self) -> str:
        return self.name


class ProgressReport(models.Model):
    """What a charity tells of a project's progress; corrections are posted as further reports that point back."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="reports")
    covers_to = models.DateField("截至日期")
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容")
    final = models.BooleanField("终期报告", default=False)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    digest = models.CharField("内容摘要（SHA-256）", max_length=64)
    published_at = models.DateTimeField("公布时间")

    class Meta:
        verbose_name = "进展报告"
        indexes = [models.Index(fields=["project", "-published_at"], name="report_of_project")]

    def __str__(self) -> str:
        return self.title


class ReportPhoto(models.Model):
    """A photograph of a progress report, kept by its digest."""

    report = models.ForeignKey(ProgressReport, models.PROTECT, related_name="photos")
    digest = models.CharField("文件摘要（SHA-256）", max_length=64)
    caption = models.CharField("说明", max_length=200)

    class Meta:
        verbose_name = "进展照片"
        constraints = [models.UniqueConstraint(fields=["report", "digest"], name="report_photo_once")]

    def __str__(self) -> str:
        return self.caption
