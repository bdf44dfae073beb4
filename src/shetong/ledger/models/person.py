"""The salts behind commitments to people; without its salt a commitment can never be opened again."""

from __future__ import annotations

from django.db import models


class PersonSalt(models.Model):
    """The salt of one person, found through a blind index and sealed; deleting the row erases the person."""

    subject = models.BinaryField("人员盲索引", max_length=32, unique=True)
    salt_sealed = models.BinaryField("盐值（密文）")
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "人员承诺盐值"

    def __str__(self) -> str:
        return f"salt {self.pk}"
