"""A person who can log in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An account; what it may do comes from its role assignments, never from the account itself."""

    display_name = models.CharField("姓名或称呼", max_length=100, blank=True)
