"""What others say about our checkpoints: cosignatures of witnesses, and anchors in chains and time stamps."""

from __future__ import annotations

from django.db import models

from shetong.ledger.models.log import Log


class Cosignature(models.Model):
    """A witness's signature under a checkpoint (C2SP ``tlog-cosignature``): it saw the log only grow up to ``size``."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="cosignatures", db_index=False)
    size = models.BigIntegerField("条目数")
    witness = models.CharField("见证人", max_length=200)
    key_id = models.BinaryField("密钥标识", max_length=4)
    line = models.TextField("签名行")
    cosigned_at = models.DateTimeField("见证时间")

    class Meta:
        verbose_name = "见证签名"
        constraints = [
            models.UniqueConstraint(fields=["log", "size", "witness", "key_id"], name="cosignature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.witness} {self.log_id}@{self.size}"


class Anchor(models.Model):
    """A checkpoint's size and root as written where we cannot change them: a chain's contract, or a time stamp."""

    class Kind(models.TextChoices):
        """Where the anchor lies."""

        CHAIN = "chain", "区块链"
        TIMESTAMP = "timestamp", "可信时间戳"

    log = models.ForeignKey(Log, models.PROTECT, related_name="anchors", db_index=False)
    kind = models.CharField("方式", max_length=9, choices=Kind)
    size = models.BigIntegerField("条目数")
    root = models.BinaryField("根散列值", max_length=32)
    # A chain: "eip155:<chain id>:<contract>"; a time stamp: the authority's address.
    place = models.CharField("所在", max_length=300)
    # A chain: the transaction's hash; a time stamp: the whole token (DER).
    proof = models.BinaryField("凭证")
    block = models.BigIntegerField("区块高度", null=True)
    anchored_at = models.DateTimeField("固定时间")

    class Meta:
        verbose_name = "检查点存证"
        constraints = [models.UniqueConstraint(fields=["log", "size", "kind", "place"], name="anchor_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.log_id}@{self.size}"
