"""A log in tables: entries wait, are sequenced for ever, and are published as tiles under signed checkpoints."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Log(models.Model):
    """A named log. ``origin`` is the name it signs under; it never changes."""

    name = models.SlugField("名称", max_length=40, unique=True)
    origin = models.CharField("来源标识", max_length=200, unique=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        verbose_name = "公开日志"

    def __str__(self) -> str:
        return self.name


class LogKey(models.Model):
    """An Ed25519 key of a log; the private half is sealed. One key signs at a time, former ones stay known."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="keys")
    public_key = models.BinaryField("公钥", max_length=32, unique=True)
    private_key_sealed = models.BinaryField("私钥（密文）")
    created_at = models.DateTimeField("生成时间")
    retired_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = "日志密钥"
        constraints = [
            models.UniqueConstraint(fields=["log"], condition=Q(retired_at__isnull=True), name="log_key_one_signs"),
        ]

    def __str__(self) -> str:
        return bytes(self.public_key).hex()


class Entry(models.Model):
    """An entry, written in the transaction of the act that it records.

    A trigger forbids UPDATE, DELETE and TRUNCATE.
    """

    # Every index begins with the log; one more would only slow writing down.
    # A trigger looks at the logs once a statement instead of once a row.
    log = models.ForeignKey(Log, models.PROTECT, related_name="entries", db_index=False, db_constraint=False)
    reference = models.CharField("业务标识", max_length=80)
    data = models.BinaryField("内容")
    submitted_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = "日志条目"
        constraints = [models.UniqueConstraint(fields=["log", "reference"], name="entry_once")]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.reference}"

    @property
    def index(self) -> int | None:
        """The entry's place in its log; ``None`` while it waits. Select ``place`` with the entry to save a query."""
        place: Place | None = getattr(self, "place", None)
        return place.index if place else None


class Place(models.Model):
    """The place that the sequencer gave to an entry, for ever.

    A row of its own, because writing a small new row costs a third of changing an entry with all its indexes. The
    sequencer writes places in bulk and is the only one to do so, hence no foreign keys to check row by row.
    """

    entry = models.OneToOneField(Entry, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="place")
    log = models.ForeignKey(Log, models.PROTECT, related_name="places", db_index=False, db_constraint=False)
    index = models.BigIntegerField("序号")

    class Meta:
        verbose_name = "条目位置"
        constraints = [
            models.UniqueConstraint(fields=["log", "index"], name="place_once"),
            models.CheckConstraint(condition=Q(index__gte=0), name="place_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.index}"


class Waiting(models.Model):
    """An entry without a place; written with the entry, deleted in the transaction that places it."""

    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="waiting"
    )
    log = models.ForeignKey(Log, models.PROTECT, related_name="waiting", db_index=False, db_constraint=False)

    class Meta:
        verbose_name = "待入日志的条目"

    def __str__(self) -> str:
        return f"{self.log_id}: {self.entry_id}"


class Tile(models.Model):
    """Hashes of one tile; it grows to 256 of them and then never changes."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="tiles", db_index=False)
    level = models.SmallIntegerField("层")
    index = models.BigIntegerField("序号")
    hashes = models.BinaryField("散列值")

    class Meta:
        verbose_name = "日志分片"
        constraints = [models.UniqueConstraint(fields=["log", "level", "index"], name="tile_once")]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of size and root; one for each size, never changed."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="checkpoints", db_index=False)
    size = models.BigIntegerField("条目数")
    root = models.BinaryField("根散列值", max_length=32)
    note = models.TextField("签名文本")
    signed_at = models.DateTimeField("签名时间")

    class Meta:
        verbose_name = "日志检查点"
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="checkpoint_one_per_size")]

    def __str__(self) -> str:
        return f"{self.log_id}@{self.size}"
