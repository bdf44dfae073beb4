"""Messages to people, the channels that they chose beside the service hall, and every delivery on them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from shetong.accounts.models.choices import Channel, DeliveryState, Topic
from shetong.accounts.models.user import User
from shetong.core.said import told


class Message(models.Model):
    """A message in a person's inbox. ``key`` names what it is about: the same key reaches a person once, ever.

    No personal data in ``title`` and ``text``: both leave the house by e-mail and short message. ``url`` is a path of
    this site.
    """

    recipient = models.ForeignKey(User, models.PROTECT, related_name="messages", verbose_name="收件人")
    key = models.CharField("唯一标识", max_length=120)
    topic = models.CharField("类别", max_length=12, choices=Topic)
    title = models.CharField("标题", max_length=120)
    text = models.CharField("内容", max_length=1_000, blank=True)
    url = models.CharField("链接", max_length=300, blank=True)
    # Forms of title and text (core.said), by which they are told in the reader's language.
    forms = models.JSONField("语句", null=True)
    sent_at = models.DateTimeField("发送时间")
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = "消息"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="message_once"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="message_topic_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="message_says_something"),
            # Only ways into this site, so that a message never leads elsewhere.
            models.CheckConstraint(condition=Q(url="") | Q(url__regex=r"^/($|[^/\\])"), name="message_url_own"),
        ]
        indexes = [
            models.Index("recipient", F("id").desc(), name="message_of_person"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.recipient_id}"

    @property
    def told_title(self) -> str:
        """Return the title in the reader's language."""
        return told(self.title, (self.forms or {}).get("title"))

    @property
    def told_text(self) -> str:
        """Return the text in the reader's language."""
        return told(self.text, (self.forms or {}).get("text"))


class MessageChannel(models.Model):
    """A way by which a person wants messages too. The address is sealed, and used once the person confirmed it.

    ``muted``: topics that do not come this way. ``code``: sealed one-time code that was sent to the address.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="message_channels", verbose_name="账号")
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    address = models.BinaryField("地址")
    address_masked = models.CharField("地址（脱敏）", max_length=254)
    muted = ArrayField(models.CharField(max_length=12), default=list, verbose_name="不接收的类别")
    confirmed_at = models.DateTimeField("确认时间", null=True)
    code = models.BinaryField("验证码", default=bytes)
    code_sent_at = models.DateTimeField("验证码发送时间", null=True)
    code_tries = models.PositiveSmallIntegerField("验证次数", default=0)

    class Meta:
        verbose_name = "消息渠道"
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="message_channel_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="message_channel_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel}"


class Delivery(models.Model):
    """One message on one channel: waiting, under way, and how it ended. ``fault`` is a code without personal data."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="deliveries", verbose_name="消息")
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    state = models.CharField("状态", max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_at = models.DateTimeField("下次尝试时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    fault = models.CharField("失败原因代码", max_length=40, blank=True)

    class Meta:
        verbose_name = "消息投递"
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=(DeliveryState.WAITING, DeliveryState.SENDING)) ^ Q(ended_at__isnull=False),
                name="delivery_ends_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=(DeliveryState.WAITING, DeliveryState.SENDING)),
                name="delivery_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.channel} {self.state}"
