"""Certificates of service (志愿服务记录证明): who asked, what was certified, and numbers that are forged."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shetong.registry.models import SigningKey
from shetong.volunteering.models.people import Volunteer
from shetong.volunteering.models.teams import Team


class RequestState(models.TextChoices):
    """Where the wish for a certificate stands."""

    REQUESTED = "requested", _("待出具")
    ISSUED = "issued", _("已出具")
    REFUSED = "refused", _("不予出具")


class ServiceCertificateState(models.TextChoices):
    """What a verifier is told; the same words as for certificates of registration."""

    VALID = "valid", _("有效")
    REPLACED = "replaced", _("已换发")
    REVOKED = "revoked", _("已撤销")


class CertificateBatch(models.Model):
    """Certificates that a team issued at once, for a school or for all who served in a period."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="certificate_batches", verbose_name="出具团体")
    title = models.CharField("名称", max_length=60)
    covers_from = models.DateField("起")
    covers_to = models.DateField("止")
    count = models.PositiveIntegerField("份数")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    issued_at = models.DateTimeField("出具时间")

    class Meta:
        verbose_name = "批量出具的证明"

    def __str__(self) -> str:
        return self.title


class ServiceCertificate(models.Model):
    """One certificate: what was certified stays as it was, whatever becomes of the records.

    ``snapshot_sealed``: everything that is printed, as sealed JSON (name and identity number among it). ``shown``: what
    anybody who knows the number may see, the name masked. ``token_sealed``: the COSE_Sign1 message of the QR code,
    sealed because it names the person; ``token_digest``: SHA-256 of it. Who erases their registration empties what is
    sealed. The days of ``covers_from`` to ``covers_to``, both included, bound the records that count; ``minutes`` is
    their sum. ``notice_until``: to which day the issuer shows the certificate publicly. A trigger forbids deletion and
    changes of what was certified.
    """

    serial = models.CharField("证明编号", max_length=15, unique=True)
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="service_certificates", verbose_name="志愿者")
    team = models.ForeignKey(Team, models.PROTECT, related_name="service_certificates", verbose_name="出具团体")
    batch = models.ForeignKey(
        CertificateBatch, models.PROTECT, null=True, related_name="certificates", verbose_name="批次"
    )
    covers_from = models.DateField("起")
    covers_to = models.DateField("止")
    minutes = models.PositiveIntegerField("时长（分钟）")
    snapshot_sealed = models.BinaryField("所载内容（密文）")
    shown = models.JSONField("公开的内容")
    token_sealed = models.BinaryField("签名数据（密文）")
    token_digest = models.BinaryField("签名数据散列值", max_length=32)
    signing_key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+", verbose_name="签名密钥")
    state = models.CharField(
        "状态", max_length=8, choices=ServiceCertificateState, default=ServiceCertificateState.VALID
    )
    state_reason = models.CharField("原因", max_length=300, blank=True)
    state_changed_at = models.DateTimeField("状态变更时间", null=True)
    issued_at = models.DateTimeField("出具时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="经办人"
    )
    notice_until = models.DateField("公示至", null=True)
    pdf_digest = models.CharField("中文文件散列值", max_length=64, blank=True)
    pdf_digest_en = models.CharField("英文文件散列值", max_length=64, blank=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "志愿服务记录证明"
        constraints = [
            models.CheckConstraint(
                condition=Q(serial__regex=r"^[1-9]\d{3}[0-9A-HJ-NPQRTUWXY]{11}$"), name="service_certificate_serial"
            ),
            models.CheckConstraint(condition=Q(covers_to__gte=F("covers_from")), name="service_certificate_period"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="service_certificate_of_something"),
            models.CheckConstraint(
                condition=Q(state="valid", state_changed_at__isnull=True)
                | (Q(state__in=["replaced", "revoked"], state_changed_at__isnull=False) & ~Q(state_reason="")),
                name="service_certificate_state_explained",
            ),
            models.UniqueConstraint(
                fields=["volunteer", "team", "covers_from", "covers_to"],
                condition=Q(state="valid"),
                name="service_certificate_once",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-id"], name="service_certificate_of_team"),
            models.Index(
                fields=["-state_changed_at"], condition=Q(state="revoked"), name="service_certificate_revoked"
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class CertificateRequest(models.Model):
    """A volunteer's wish for a certificate. ``latin_name``: how the person writes the own name in Latin letters."""

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="certificate_requests", verbose_name="志愿者")
    team = models.ForeignKey(Team, models.PROTECT, related_name="certificate_requests", verbose_name="出具团体")
    covers_from = models.DateField("起", null=True)
    covers_to = models.DateField("止", null=True)
    latin_name_sealed = models.BinaryField("拉丁字母姓名（密文）", null=True)
    purpose = models.CharField("用途", max_length=60, blank=True)
    state = models.CharField("状态", max_length=9, choices=RequestState, default=RequestState.REQUESTED)
    reason = models.CharField("理由", max_length=300, blank=True)
    requested_at = models.DateTimeField("申请时间")
    decided_at = models.DateTimeField("办理时间", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    certificate = models.OneToOneField(
        ServiceCertificate, models.PROTECT, null=True, related_name="request", verbose_name="证明"
    )

    class Meta:
        verbose_name = "出具证明的申请"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="certificate_request_state_known"),
            models.CheckConstraint(
                condition=Q(state="issued", certificate__isnull=False)
                | ~Q(state="issued") & Q(certificate__isnull=True),
                name="certificate_request_answered",
            ),
            models.UniqueConstraint(
                fields=["volunteer", "team"], condition=Q(state="requested"), name="certificate_request_once"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="certificate_request_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.get_state_display()}"


class ForgedNumber(models.Model):
    """A number that somebody showed and nobody issued, or that was copied onto a false paper: told to everybody."""

    number = models.CharField("编号", max_length=40, unique=True)
    note = models.CharField("说明", max_length=300)
    found_on = models.DateField("发现日期")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("公布时间")

    class Meta:
        verbose_name = "伪造的证明编号"
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="forged_number_explained")]

    def __str__(self) -> str:
        return self.number
