"""The knowledge base of registration (登记管理知识库), and questions to the level above (请示)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value

from shetong.casework.models.case import Case
from shetong.casework.models.choices import ArticleKind, VersionState


class Article(models.Model):
    """An article; what it says stands in its versions. ``published``: number of the version in force, if any.

    ``kind``, ``matters`` and ``public`` are those of that version, and come into force with it. ``search``: tokens
    of the published version; written with it.
    """

    kind = models.CharField("类别", max_length=12, choices=ArticleKind)
    division_code = models.CharField("发布单位行政区划", max_length=6)
    matters = ArrayField(models.CharField(max_length=24), default=list, verbose_name="相关事项")
    public = models.BooleanField("向公众显示", default=False)
    title = models.CharField("标题", max_length=120)
    published = models.PositiveIntegerField("现行版次", null=True)
    withdrawn_at = models.DateTimeField("撤下时间", null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")
    search = SearchVectorField(null=True)

    class Meta:
        verbose_name = "知识条目"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ArticleKind.values), name="article_kind_known"),
            models.CheckConstraint(condition=Q(division_code__regex=r"^[1-9]\d{5}$"), name="article_division"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="article_search"),
            GinIndex(fields=["matters"], name="article_of_matter"),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleVersion(models.Model):
    """One version of an article in Markdown: written by one officer, published by another, never changed after."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions", verbose_name="条目")
    number = models.PositiveIntegerField("版次")
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    source = models.CharField("出处", max_length=300, blank=True)
    change = models.CharField("修改说明", max_length=300, blank=True)
    kind = models.CharField(
        "类别", max_length=12, choices=ArticleKind, default=ArticleKind.ARTICLE, db_default=ArticleKind.ARTICLE
    )
    matters = ArrayField(
        models.CharField(max_length=24),
        default=list,
        db_default=Value([], ArrayField(models.CharField(max_length=24))),
        verbose_name="相关事项",
    )
    public = models.BooleanField("向公众显示", default=False, db_default=False)
    state = models.CharField("状态", max_length=10, choices=VersionState, default=VersionState.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="作者")
    written_at = models.DateTimeField("写作时间")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField("审定时间", null=True)
    remark = models.CharField("审定意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "知识条目版次"
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_number"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(state__in=(VersionState.DRAFT, VersionState.PENDING)),
                name="article_one_version_at_work",
            ),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="article_version_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ArticleKind.values), name="article_version_kind_known"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("author")), name="article_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.PUBLISHED) | Q(reviewer__isnull=False, reviewed_at__isnull=False),
                name="article_published_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}/{self.number}"


class Question(models.Model):
    """A question to the authority above (请示) and its answer (答复); may become an article."""

    division_code = models.CharField("请示单位行政区划", max_length=6)
    asked_division = models.CharField("答复单位行政区划", max_length=6)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="questions", verbose_name="办件")
    matter = models.CharField("事项编码", max_length=24, blank=True)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("请示时间")
    answer = models.TextField("答复", blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="questions", verbose_name="形成条目")

    class Meta:
        verbose_name = "请示"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
                name="question_answered_wholly",
            ),
            models.CheckConstraint(condition=~Q(asked_division=F("division_code")), name="question_to_another"),
        ]
        indexes = [
            models.Index(fields=["asked_division", "id"], condition=Q(answered_at__isnull=True), name="question_open"),
            models.Index(fields=["division_code", "id"], name="question_of_division"),
        ]

    def __str__(self) -> str:
        return self.title
