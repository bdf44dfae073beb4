"""A person who can log in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class User(AbstractUser):
    """An account; what it may do comes from its role assignments, never from the account itself."""

    display_name = models.CharField("姓名或称呼", max_length=100, blank=True)
    # A demonstration account: known password, no second factor asked, only ever made by the development profile.
    demo = models.BooleanField("演示账号", default=False)

    class Meta:
        verbose_name = "账号"
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_any_case"),
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="user_email_any_case"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return what the person is called on pages: the display name, else the user name."""
        return self.display_name or self.username

    def get_short_name(self) -> str:
        """Return the same as :meth:`get_full_name`; Chinese names are not cut in two."""
        return self.get_full_name()
