"""Closed lists of accounts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_noop as N_  # noqa: N812 - marks names for the catalogue


class Topic(models.TextChoices):
    """What a message is about; people choose channels by topic."""

    CASE = "case", N_("办件进度")
    DEADLINE = "deadline", N_("期限提醒")
    MANDATE = "mandate", N_("经办人授权")
    REGISTER = "register", N_("登记与证书")
    CHARITY = "charity", N_("慈善")
    VOLUNTEER = "volunteer", N_("志愿服务")
    OFFICE = "office", N_("办公平台")
    ACCOUNT = "account", N_("账号")


class Channel(models.TextChoices):
    """Ways by which a message goes out beside the inbox of the service hall."""

    EMAIL = "email", N_("电子邮件")
    SMS = "sms", N_("短信")
    WECHAT = "wechat", N_("微信")


class DeliveryState(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", N_("待发送")
    SENDING = "sending", N_("发送中")
    SENT = "sent", N_("已发送")
    FAILED = "failed", N_("发送失败")
    # The connection broke after the message was handed over: sending again might double it.
    UNCERTAIN = "uncertain", N_("可能已发送")
    SKIPPED = "skipped", N_("未发送")
