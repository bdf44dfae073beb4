"""What officers need beside the case itself: phrases, notes among themselves, checks on the spot."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from shetong.casework.models.case import Case
from shetong.casework.models.choices import Conclusion, Inspection
from shetong.casework.models.file import StoredFile


class Phrase(models.Model):
    """A sentence used again and again (常用语): an officer's own, or an authority's for everybody in its division."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="phrases", verbose_name="所有人"
    )
    division_code = models.CharField("单位行政区划", max_length=6, blank=True)
    title = models.CharField("名称", max_length=40)
    text = models.TextField("内容")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("记载时间")

    class Meta:
        verbose_name = "常用语"
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True) & ~Q(division_code="") | Q(owner__isnull=False, division_code=""),
                name="phrase_own_or_of_authority",
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="phrase_not_empty"),
            models.UniqueConstraint(
                fields=["owner", "title"], condition=Q(owner__isnull=False), name="phrase_title_of_owner"
            ),
            models.UniqueConstraint(
                fields=["division_code", "title"], condition=~Q(division_code=""), name="phrase_title_of_authority"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CaseNote(models.Model):
    """A note between officers about a case: never shown to the applicant, never changed, in no archive."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes", verbose_name="办件")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="作者")
    text = models.TextField("内容")
    written_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "内部便笺"
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_not_empty")]
        indexes = [models.Index(fields=["case", "id"], name="note_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.pk}"


class Mention(models.Model):
    """An officer named in a note, who has seen it or not yet."""

    note = models.ForeignKey(CaseNote, models.PROTECT, related_name="mentions", verbose_name="便笺")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="被提到的人")
    seen_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = "便笺提到"
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once_a_note")]
        indexes = [models.Index(fields=["user"], condition=Q(seen_at__isnull=True), name="mention_unseen")]

    def __str__(self) -> str:
        return f"{self.note_id}: {self.user_id}"


class SiteCheck(models.Model):
    """A check of an application's substance, on the spot or by experts (核查): ordered, planned, recorded once.

    At least two officers (《中华人民共和国行政许可法》第三十四条).
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="checks", verbose_name="办件")
    kind = models.CharField("方式", max_length=12, choices=Inspection)
    purpose = models.TextField("核查事项")
    place = models.CharField("地点", max_length=200, blank=True)
    planned_on = models.DateField("计划日期")
    officers = ArrayField(models.BigIntegerField(), verbose_name="核查人员")
    officer_names = ArrayField(models.CharField(max_length=100), verbose_name="核查人员姓名")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField("安排时间")
    done_on = models.DateField("核查日期", null=True)
    conclusion = models.CharField("结论", max_length=12, choices=Conclusion, blank=True)
    record = models.TextField("核查记录", blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("记录时间", null=True)

    class Meta:
        verbose_name = "核查"
        constraints = [
            models.CheckConstraint(condition=Q(officers__len__gte=2), name="check_by_two_officers"),
            models.CheckConstraint(condition=Q(kind__in=Inspection.values), name="check_kind_known"),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True, conclusion="", done_on__isnull=True)
                | Q(recorded_at__isnull=False, conclusion__in=Conclusion.values, done_on__isnull=False) & ~Q(record=""),
                name="check_recorded_wholly",
            ),
        ]
        indexes = [
            models.Index(F("case"), F("id").desc(), name="check_of_case"),
            GinIndex(fields=["officers"], condition=Q(recorded_at__isnull=True), name="check_to_record"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"


class CheckFile(models.Model):
    """A photo or paper that the officers of a check bring back; taken back ones stay in the record."""

    check_made = models.ForeignKey(SiteCheck, models.PROTECT, related_name="files", verbose_name="核查")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    name = models.CharField("文件名", max_length=200)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    removed_at = models.DateTimeField("撤下时间", null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "核查附件"
        constraints = [
            models.UniqueConstraint(
                fields=["check_made", "file"], condition=Q(removed_at__isnull=True), name="check_file_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
