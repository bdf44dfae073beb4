"""Counters of failed logins, shared by all servers."""

from __future__ import annotations

from django.db import models


class LoginThrottle(models.Model):
    """Attempts counted under one key since ``since``; no attempt is taken until ``locked_until``.

    ``key`` is a keyed hash (HMAC-SHA-256) of an account name, an address, or both: neither can be read from here.
    ``account_key`` is the hash of the account name alone, by which an administrator unlocks a person.
    """

    key = models.BinaryField(max_length=32, primary_key=True)
    account_key = models.BinaryField(max_length=32, null=True, db_index=True)
    attempts = models.PositiveIntegerField("次数")
    since = models.DateTimeField("起算时间")
    locked_until = models.DateTimeField("锁定至", null=True)

    class Meta:
        verbose_name = "登录限制"

    def __str__(self) -> str:
        return bytes(self.key).hex()[:12]
