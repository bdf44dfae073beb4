"""Electronic seals (电子印章) of authorities, and the certification authority of this deployment that issues them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SealIssuer(models.Model):
    """The deployment's own certification authority for seals; exactly one issues at any time."""

    name = models.CharField("名称", max_length=200)
    certificate = models.TextField("证书（PEM）")
    private_key_sealed = models.BinaryField("私钥（密文）")
    active = models.BooleanField("签发中", default=True)
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "印章签发机构"
        constraints = [
            models.UniqueConstraint(fields=["active"], condition=Q(active=True), name="seal_issuer_one_active"),
        ]

    def __str__(self) -> str:
        return self.name


class Seal(models.Model):
    """The seal of an authority: an X.509 certificate and its private key, sealed by the key ring.

    The private half is destroyed when the seal stops sealing; a trigger forbids deleting a seal, changing its
    certificate, and believing a compromised one again. ``chain``: the certificates above it, PEM, the root last.
    """

    class Use(models.TextChoices):
        """Whether the seal is set under documents, only verifies, or must no longer be believed."""

        ACTIVE = "active", "使用中"
        RETIRED = "retired", "仅验证"
        COMPROMISED = "compromised", "已作废"

    authority_name = models.CharField("机关名称", max_length=200)
    division_code = models.CharField("行政区划代码", max_length=6)
    demo = models.BooleanField("演示", default=False)
    use = models.CharField("状态", max_length=11, choices=Use, default=Use.ACTIVE)
    imported = models.BooleanField("外部导入", default=False)
    certificate = models.TextField("证书（PEM）")
    chain = models.TextField("上级证书（PEM）", blank=True)
    fingerprint = models.CharField("证书指纹（SHA-256）", max_length=64, unique=True)
    private_key_sealed = models.BinaryField("私钥（密文）")
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间")
    created_at = models.DateTimeField("登记时间")
    retired_at = models.DateTimeField("停用时间", null=True)
    compromised_at = models.DateTimeField("作废时间", null=True)
    compromise_reason = models.CharField("作废原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "电子印章"
        constraints = [
            models.UniqueConstraint(
                fields=["division_code", "authority_name", "demo"], condition=Q(use="active"), name="seal_one_active"
            ),
            models.CheckConstraint(condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$"), name="seal_fingerprint_form"),
            models.CheckConstraint(
                condition=Q(use="active", retired_at__isnull=True, compromised_at__isnull=True)
                | Q(use="retired", retired_at__isnull=False, compromised_at__isnull=True)
                | Q(use="compromised", retired_at__isnull=False, compromised_at__isnull=False),
                name="seal_times_fit_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority_name} {self.fingerprint[:12]}"
