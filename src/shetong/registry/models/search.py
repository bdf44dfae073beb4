"""The search index over names, kept in ordinary tables so that every server and every restart sees the same."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from shetong.registry.models.organisation import Organisation


class SearchEntry(models.Model):
    """One name (current or former) of one organisation, with its search tokens and the columns that filters use.

    ``rank``: static order of importance, smaller first (:mod:`shetong.registry.rules.ranking`). ``tokens``: see
    :mod:`shetong.core.search_tokens`. ``facets``: what filters look at, of fixed width
    (:mod:`shetong.registry.rules.facets`). Derived from the register by :mod:`shetong.registry.services.search_index`.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="search_entries")
    former = models.BooleanField(default=False)
    text = models.CharField("规范化名称", max_length=200)
    initials = models.CharField("拼音首字母", max_length=200)
    pinyin = models.TextField("全拼")
    tokens = SearchVectorField()
    facets = models.CharField("筛选项", max_length=16)
    founded_on = models.DateField("成立登记日期", null=True)
    rank = models.IntegerField()

    class Meta:
        verbose_name = "检索条目"
        indexes = [
            GinIndex(fields=["tokens"], name="search_tokens", fastupdate=False),
            # Walked in order for frequent words; what the filters need is in the index, so the table is not read.
            models.Index(fields=["rank", "id"], include=["text", "initials", "facets"], name="search_walk"),
            models.Index(
                fields=["founded_on", "id"], include=["rank", "text", "initials", "facets"], name="search_by_date"
            ),
            models.Index(fields=["text"], opclasses=["varchar_pattern_ops"], name="search_text"),
        ]

    def __str__(self) -> str:
        return self.text
