"""The knowledge base: written by one officer, published by another, every version kept."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from shetong.accounts.models import User
from shetong.accounts.queries import permissions
from shetong.accounts.rules import Permission
from shetong.accounts.services import audit
from shetong.casework import catalogue
from shetong.casework.models import Article, ArticleKind, ArticleVersion, VersionState
from shetong.casework.queries.knowledge import search_vector
from shetong.core import divisions
from shetong.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError

LONGEST_TITLE, LONGEST = 120, 100_000
_AT_WORK = (VersionState.DRAFT, VersionState.PENDING)


@transaction.atomic
def write(
    *,
    actor: User,
    title: str,
    body: str,
    kind: str = ArticleKind.ARTICLE,
    division_code: str = "",
    matters: Iterable[str] = (),
    public: bool = False,
    source: str = "",
    change: str = "",
    article_id: int | None = None,
) -> ArticleVersion:
    """Keep a draft: of a new article, or with ``article_id`` the next version of one.

    A draft at work is written on by its author; a version that waits for review is not touched until it comes back.
    """
    _check(title, body, kind, matters)
    if article_id is None:
        if divisions.get(division_code) is None and division_code != divisions.NATION:
            message = gettext("请填写发布单位所在的六位行政区划代码。")
            raise InvalidInputError(message, fields={"division_code": message})
        permissions.require(actor, Permission.KNOWLEDGE_WRITE, division_code)
        article = Article.objects.create(
            kind=kind,
            division_code=division_code,
            title=title.strip(),
            created_by=actor,
            created_at=timezone.now(),
        )
    else:
        article = _locked(article_id)
        permissions.require(actor, Permission.KNOWLEDGE_WRITE, article.division_code)
    version = _draft(article, actor)
    # Whom it is shown to and where comes into force with the version, after another officer has reviewed it.
    version.kind, version.matters, version.public = kind, sorted(set(matters)), public
    version.title, version.body = title.strip(), body.replace("\r\n", "\n").strip()
    version.source, version.change = source.strip()[:300], change.strip()[:300]
    version.written_at = timezone.now()
    version.save()
    _record(actor, "knowledge.write", article, version)
    return version


def _draft(article: Article, actor: User) -> ArticleVersion:
    there = article.versions.order_by("number").last()
    if there is not None and there.state == VersionState.PENDING:
        raise WrongStateError(gettext("这个条目有一个版次正在等待审定，请等审定后再修改。"))
    if there is not None and there.state == VersionState.DRAFT:
        if there.author_id != actor.pk:
            raise ForbiddenError(
                gettext("%(name)s正在修改这个条目，请与其联系。") % {"name": there.author.get_full_name()}
            )
        return there
    return ArticleVersion(article=article, number=there.number + 1 if there else 1, author=actor)


def _check(title: str, body: str, kind: str, matters: Iterable[str]) -> None:
    faults = {}
    if not title.strip() or len(title.strip()) > LONGEST_TITLE:
        faults["title"] = gettext("请填写标题，最多%(longest_title)s个字。") % {"longest_title": LONGEST_TITLE}
    if not body.strip() or len(body) > LONGEST:
        faults["body"] = gettext("请填写正文，最多%(longest)s个字。") % {"longest": LONGEST}
    if kind not in ArticleKind.values:
        faults["kind"] = gettext("请选择类别。")
    if set(matters) - {matter.code for matter in catalogue.matters()}:
        faults["matters"] = gettext("请从事项清单中选择。")
    if faults:
        raise InvalidInputError(gettext("条目有误，请改正后重试。"), fields=faults)


@transaction.atomic
def submit(*, article_id: int, actor: User) -> ArticleVersion:
    """Hand a draft in for review; by its author."""
    article = _locked(article_id)
    version = _at_work(article, VersionState.DRAFT)
    if version.author_id != actor.pk:
        raise ForbiddenError(gettext("草稿由作者送审。"))
    version.state = VersionState.PENDING
    version.save(update_fields=["state"])
    _record(actor, "knowledge.submit", article, version)
    return version


@transaction.atomic
def review(*, article_id: int, actor: User, publish: bool, remark: str = "") -> ArticleVersion:
    """Publish a version or send it back, by another officer than its author; a refusal says why."""
    article = _locked(article_id)
    permissions.require(actor, Permission.KNOWLEDGE_REVIEW, article.division_code)
    version = _at_work(article, VersionState.PENDING)
    if version.author_id == actor.pk:
        raise ForbiddenError(gettext("自己写的条目由其他人审定。"))
    if not publish and not remark.strip():
        raise InvalidInputError(gettext("请写明退回的理由。"), fields={"remark": gettext("请写明退回的理由。")})
    version.state = VersionState.PUBLISHED if publish else VersionState.RETURNED
    version.reviewer, version.reviewed_at, version.remark = actor, timezone.now(), remark.strip()[:300]
    version.save()
    if publish:
        article.published, article.title, article.withdrawn_at = version.number, version.title, None
        article.kind, article.matters, article.public = version.kind, version.matters, version.public
        article.search = search_vector(version.title, version.body)
        article.save(update_fields=["published", "title", "withdrawn_at", "kind", "matters", "public", "search"])
    _record(actor, "knowledge.publish" if publish else "knowledge.return", article, version)
    return version


@transaction.atomic
def withdraw(*, article_id: int, actor: User) -> Article:
    """Take a published article down; its versions stay, a new one brings it back."""
    article = _locked(article_id)
    permissions.require(actor, Permission.KNOWLEDGE_REVIEW, article.division_code)
    if article.published is None or article.withdrawn_at is not None:
        raise WrongStateError(gettext("这个条目没有发布，或者已经撤下。"))
    article.withdrawn_at = timezone.now()
    article.save(update_fields=["withdrawn_at"])
    _record(actor, "knowledge.withdraw", article, None)
    return article


def _locked(article_id: int) -> Article:
    found = Article.objects.select_for_update().filter(pk=article_id).first()
    if found is None:
        raise NotFoundError(gettext("没有找到这个条目。"))
    return found


def _at_work(article: Article, state: VersionState) -> ArticleVersion:
    version = article.versions.filter(state=state).first()
    if version is None:
        raise WrongStateError(
            gettext("这个条目没有%(label)s的版次，请刷新页面。") % {"label": gettext(str(state.label))}
        )
    return version


def _record(actor: User, action: str, article: Article, version: ArticleVersion | None) -> None:
    audit.record(
        actor=actor,
        action=action,
        target=article,
        jurisdiction=article.division_code,
        detail={"version": version.number if version else None},
    )
