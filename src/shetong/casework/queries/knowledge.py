"""Reading the knowledge base and the questions to the level above."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from shetong.accounts.queries.permissions import Grants
from shetong.accounts.rules import Permission, holds
from shetong.casework.models import Article, ArticleVersion, Question, VersionState
from shetong.casework.queries.matters import above
from shetong.core import divisions, search_tokens
from shetong.core.text import normalise

PAGE = 30
MOST_LINKED = 10


class Found(Func):
    """Whether a vector holds all tokens; ``tsquery`` is cast from its own text form, so that no word is stemmed."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


def readable(grants: Grants) -> QuerySet[Article]:
    """Return the published articles of the viewer's authorities, of those above, and of those below."""
    rows = Article.objects.filter(published__isnull=False, withdrawn_at__isnull=True)
    return rows.filter(_around(grants, "division_code"))


def _around(grants: Grants, column: str) -> Q:
    reach = Q(pk__in=[])
    for code in grants.jurisdictions(Permission.CASE_VIEW):
        if not divisions.prefix(code):
            return Q()
        reach |= Q(**{f"{column}__startswith": divisions.prefix(code)}) | Q(**{f"{column}__in": above(code)})
    return reach


def search(rows: QuerySet[Article], text: str, *, kind: str = "", matter: str = "") -> QuerySet[Article]:
    """Return the articles that hold every pair of characters of ``text``, those with it in the title first."""
    if kind:
        rows = rows.filter(kind=kind)
    if matter:
        rows = rows.filter(matters__contains=[matter])
    words = [word for word in (normalise(one) for one in text.split()) if word]
    for word in words:
        pairs = search_tokens.query_pairs(word)
        query = " & ".join(f"'{pair}'" for pair in pairs) if pairs else f"'{word}':*"
        rows = rows.filter(Found(F("search"), Value(query)))
    if words:
        titled = Q(title__icontains=text.strip())
        return rows.annotate(titled=Exists(Article.objects.filter(titled, pk=OuterRef("pk")))).order_by(
            "-titled", "-pk"
        )
    return rows.order_by("-pk")


def of_matter(matter: str, division_code: str, *, public: bool = False) -> list[Article]:
    """Return the published articles about a matter from the authorities of a division and above, the nearest first."""
    rows = Article.objects.filter(
        published__isnull=False,
        withdrawn_at__isnull=True,
        matters__contains=[matter],
        division_code__in=above(division_code) if division_code else (divisions.NATION,),
    )
    if public:
        rows = rows.filter(public=True)
    return list(rows.order_by("-division_code", "-pk")[:MOST_LINKED])


def article(grants: Grants, pk: int) -> Article | None:
    """Return an article that the viewer may read: a published one around him, or one that he may write."""
    found = Article.objects.filter(pk=pk).first()
    if found is None:
        return None
    if grants.may(Permission.KNOWLEDGE_WRITE, found.division_code):
        return found
    return readable(grants).filter(pk=pk).first()


def public_article(pk: int) -> Article | None:
    """Return a published article that everybody may read."""
    return Article.objects.filter(pk=pk, public=True, published__isnull=False, withdrawn_at__isnull=True).first()


def version(found: Article, number: int | None = None) -> ArticleVersion | None:
    """Return a version by number; without one that in force."""
    wanted = number or found.published or 0
    return ArticleVersion.objects.select_related("author", "reviewer").filter(article=found, number=wanted).first()


def versions(found: Article) -> list[ArticleVersion]:
    """Return the versions of an article, the latest first."""
    rows = ArticleVersion.objects.filter(article=found).select_related("author", "reviewer")
    return list(rows.order_by("-number"))


def at_work(grants: Grants) -> QuerySet[ArticleVersion]:
    """Return the drafts and those that wait for review, of the authorities for which the viewer writes."""
    reach = Q(pk__in=[])
    for code in grants.jurisdictions(Permission.KNOWLEDGE_WRITE):
        reach |= Q(article__division_code__startswith=divisions.prefix(code))
    rows = ArticleVersion.objects.filter(reach, state__in=(VersionState.DRAFT, VersionState.PENDING))
    return rows.select_related("article", "author").order_by("-state", "-pk")


def questions(grants: Grants) -> QuerySet[Question]:
    """Return the questions that the viewer's authorities asked or were asked; open ones first."""
    reach = Q(pk__in=[])
    for permission, column in (
        (Permission.QUESTION_ANSWER, "asked_division"),
        (Permission.QUESTION_ASK, "division_code"),
    ):
        for code in grants.jurisdictions(permission):
            reach |= Q(**{f"{column}__startswith": divisions.prefix(code)})
    rows = Question.objects.filter(reach).select_related("asked_by", "answered_by", "case")
    return rows.order_by(F("answered_at").desc(nulls_first=True), "-pk")


def question(grants: Grants, pk: int) -> Question | None:
    """Return a question that the viewer's authorities asked or were asked, else ``None``."""
    return questions(grants).filter(pk=pk).first()


def superior(division_code: str) -> str:
    """Return the division whose authority is asked: the one above; empty for the nation."""
    if division_code == divisions.NATION:
        return ""
    codes = reversed(above(division_code))
    # Municipalities directly under the central government have no prefectures between them and their districts.
    return next(code for code in codes if code != division_code and holds(code, division_code) and _exists(code))


def _exists(code: str) -> bool:
    return code == divisions.NATION or divisions.get(code) is not None


def search_vector(title: str, body: str) -> Value:
    """Return the tokens of a version as they are stored."""
    folded = [normalise(line) for line in (title, *body.splitlines())]
    tokens = {token for line in folded for token in search_tokens.tokens(line, "")}
    return Value(search_tokens.vector_literal(sorted(tokens)), output_field=SearchVectorField())
