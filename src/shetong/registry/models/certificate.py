"""Registration certificates with signed QR codes, and the keys that sign them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shetong.casework.models import Seal, StoredFile
from shetong.registry.models.organisation import Organisation


class SigningKey(models.Model):
    """A public key that certificates are signed with; the private half is sealed by the key ring.

    A trigger forbids deleting a key, changing its octets, and believing a compromised one again.
    """

    class Use(models.TextChoices):
        """Whether the key signs, only verifies, or must no longer be believed."""

        ACTIVE = "active", "签发"
        RETIRED = "retired", "仅验证"
        COMPROMISED = "compromised", "已失效"

    key_id = models.BinaryField("密钥标识", max_length=8, unique=True)
    public_key = models.BinaryField("公钥", max_length=32)
    private_key_sealed = models.BinaryField("私钥（密文）")
    use = models.CharField("用途", max_length=11, choices=Use, default=Use.ACTIVE)
    created_at = models.DateTimeField("生成时间")
    retired_at = models.DateTimeField("停用时间", null=True)
    compromised_at = models.DateTimeField("失效时间", null=True)
    compromise_reason = models.CharField("失效原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "证书签名密钥"
        constraints = [
            models.UniqueConstraint(fields=["use"], condition=Q(use="active"), name="signing_key_one_active"),
            models.CheckConstraint(
                condition=Q(use="active", retired_at__isnull=True, compromised_at__isnull=True)
                | Q(use="retired", retired_at__isnull=False, compromised_at__isnull=True)
                | Q(use="compromised", retired_at__isnull=False, compromised_at__isnull=False),
                name="signing_key_times_fit_use",
            ),
        ]

    def __str__(self) -> str:
        return bytes(self.key_id).hex()


class Certificate(models.Model):
    """One issued certificate: a snapshot that stays verifiable after it was replaced or revoked.

    ``snapshot`` holds the certificate's elements (:mod:`shetong.registry.rules.certificate_elements`) as issued,
    ``token`` the COSE_Sign1 message of the QR code. A trigger forbids deletion, changes of what was issued, and every
    change of state other than from valid to replaced or revoked.
    """

    class State(models.TextChoices):
        """What a verifier is told."""

        VALID = "valid", "有效"
        REPLACED = "replaced", "已换发"
        REVOKED = "revoked", "已废止"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="certificates")
    serial = models.CharField("证书编号", max_length=26, unique=True)
    issued_at = models.DateTimeField("发证时间")
    snapshot = models.JSONField("所载事项")
    token = models.BinaryField("签名数据")
    signing_key = models.ForeignKey(SigningKey, models.PROTECT, related_name="certificates")
    state = models.CharField("状态", max_length=8, choices=State, default=State.VALID)
    state_reason = models.CharField("原因", max_length=300, blank=True)
    state_changed_at = models.DateTimeField("状态变更时间", null=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "登记证书"
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(state="valid"), name="certificate_one_valid"),
            models.CheckConstraint(
                condition=Q(serial__regex=r"^[1-9]\d{3}[0-9A-HJ-NPQRTUWXY]{11}$"), name="certificate_serial_form"
            ),
            models.CheckConstraint(
                condition=Q(state="valid", state_changed_at__isnull=True)
                | (Q(state__in=["replaced", "revoked"], state_changed_at__isnull=False) & ~Q(state_reason="")),
                name="certificate_state_explained",
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class CertificateFile(models.Model):
    """A certificate's document as it was sealed, kept: sealing it again would give other octets."""

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="document", verbose_name="证书")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="+", verbose_name="印章")
    sealed_at = models.DateTimeField("盖章时间")

    class Meta:
        verbose_name = "证书文件"

    def __str__(self) -> str:
        return f"{self.certificate_id}: {self.file_id[:12]}"

    @property
    def stands(self) -> bool:
        """Whether the seal under it may still be believed."""
        return self.seal.use != Seal.Use.COMPROMISED
