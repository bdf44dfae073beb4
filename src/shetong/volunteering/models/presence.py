"""Coming and leaving: codes of a session, devices of volunteers, and what is kept of each check-in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shetong.volunteering.models.activities import Session
from shetong.volunteering.models.choices import PlaceVerdict, PresenceAct, PresenceWay
from shetong.volunteering.models.people import Volunteer
from shetong.volunteering.models.signups import Signup


class SessionCode(models.Model):
    """The secret from which the organiser's phone derives the changing code of a session (RFC 6238)."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="code", verbose_name="场次")
    secret_sealed = models.BinaryField("密钥（密文）")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name="启用人"
    )
    opened_at = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = "签到码"

    def __str__(self) -> str:
        return f"code of {self.session_id}"


class Device(models.Model):
    """A key that a volunteer's browser made and keeps, made known while the volunteer was logged in.

    ``public_key``: P-256, SubjectPublicKeyInfo in DER. ``tag``: keyed digest of the random name that the browser gave
    itself, the same for all who use it.
    """

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="devices", verbose_name="志愿者")
    public_key = models.BinaryField("公钥", max_length=120, unique=True)
    tag = models.BinaryField("设备标记", max_length=32)
    enrolled_at = models.DateTimeField("登记时间")
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = "签到设备"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=models.F("enrolled_at")),
                name="device_period",
            )
        ]

    def __str__(self) -> str:
        return f"device {self.pk}"


class Presence(models.Model):
    """Somebody came to or left a session: never changed, never deleted. One comes once; the last leaving counts.

    ``at``: the moment that counts, ``received_at``: when it became known here. Of the position the verdict is kept and
    the distance in metres, never the place. ``step``: of the session's code. ``scan``, ``digest``: number and SHA-256
    of an offline scan, so that sending it again changes nothing. ``clock_seconds``: by how much the device's time
    differed from that of the code it scanned.
    """

    signup = models.ForeignKey(Signup, models.PROTECT, related_name="presences", verbose_name="报名")
    act = models.CharField("行为", max_length=3, choices=PresenceAct)
    way = models.CharField("方式", max_length=7, choices=PresenceWay)
    at = models.DateTimeField("时间")
    received_at = models.DateTimeField("收到时间")
    place = models.CharField("位置判断", max_length=7, choices=PlaceVerdict, default=PlaceVerdict.UNKNOWN)
    metres = models.PositiveIntegerField("与活动地点的距离（米）", null=True)
    step = models.PositiveBigIntegerField("签到码时段", null=True)
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+", verbose_name="设备")
    tag = models.BinaryField("设备标记", max_length=32, null=True)
    scan = models.UUIDField("离线扫码编号", null=True)
    digest = models.BinaryField("离线扫码摘要", max_length=32, null=True)
    clock_seconds = models.IntegerField("设备时间相差（秒）", null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "签到签退"
        constraints = [
            models.UniqueConstraint(fields=["signup"], condition=Q(act=PresenceAct.IN), name="presence_came_once"),
            models.UniqueConstraint(fields=["scan"], condition=Q(scan__isnull=False), name="presence_scan_once"),
            models.CheckConstraint(condition=Q(act__in=PresenceAct.values), name="presence_act_known"),
            models.CheckConstraint(condition=Q(way__in=PresenceWay.values), name="presence_way_known"),
            models.CheckConstraint(condition=Q(place__in=PlaceVerdict.values), name="presence_place_known"),
        ]
        indexes = [models.Index(fields=["tag", "at"], condition=Q(tag__isnull=False), name="presence_of_device")]

    def __str__(self) -> str:
        return f"{self.signup_id} {self.get_act_display()}"
