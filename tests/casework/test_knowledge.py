"""The knowledge base and questions to the level above."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from shetong.accounts.models import AuditEvent, User
from shetong.accounts.queries.permissions import grants_of
from shetong.casework.models import Article, ArticleVersion
from shetong.casework.queries import knowledge as queries
from shetong.casework.rules import articles as rules
from shetong.casework.rules.articles import Mark
from shetong.casework.services import knowledge, questions
from shetong.core.errors import ConflictError, ForbiddenError, InvalidInputError, WrongStateError
from tests.casework import factories

BODY = "## 名称\n\n社会团体的名称应当与**业务范围**一致。"


def published(author: User, reviewer: User, **given: object) -> Article:
    """Return an article in force."""
    values = {"title": "名称怎样核准", "body": BODY, "division_code": factories.DISTRICT}
    version = knowledge.write(actor=author, **{**values, **given})  # type: ignore[arg-type]
    knowledge.submit(article_id=version.article_id, actor=author)
    knowledge.review(article_id=version.article_id, actor=reviewer, publish=True)
    return Article.objects.get(pk=version.article_id)


@pytest.mark.django_db
class TestArticles:
    def test_written_by_one_published_by_another_and_found(self) -> None:
        author, reviewer = factories.registrar(), factories.chief()
        article = published(author, reviewer, matters=["SO-SG-EST"])
        readable = queries.readable(grants_of(author))
        for words in ("业务范围", "名称", "核准 范围", "一"):
            assert list(queries.search(readable, words)) == [article], words
        assert not queries.search(readable, "基金会").exists()
        assert list(queries.search(readable, "", matter="SO-SG-EST")) == [article]
        assert queries.of_matter("SO-SG-EST", factories.DISTRICT) == [article]
        assert queries.of_matter("SO-SG-EST", factories.DISTRICT, public=True) == []
        assert AuditEvent.objects.filter(action="knowledge.publish").count() == 1

    def test_an_odd_search_finds_nothing_and_breaks_nothing(self) -> None:
        readable = queries.readable(grants_of(factories.registrar()))
        for words in ("'", "a & b", "x:*", "\\", "名'称", "!", "　"):
            list(queries.search(readable, words))

    def test_nobody_publishes_his_own(self) -> None:
        chief = factories.chief()
        version = knowledge.write(actor=chief, title="一", body="二", division_code=factories.DISTRICT)
        knowledge.submit(article_id=version.article_id, actor=chief)
        with pytest.raises(ForbiddenError, match="其他人审定"):
            knowledge.review(article_id=version.article_id, actor=chief, publish=True)
        with pytest.raises(ForbiddenError):
            knowledge.review(article_id=version.article_id, actor=factories.registrar(), publish=True)
        with pytest.raises(InvalidInputError):
            knowledge.review(article_id=version.article_id, actor=factories.chief(), publish=False)
        with pytest.raises(DatabaseError), transaction.atomic():
            ArticleVersion.objects.filter(pk=version.pk).update(reviewer=chief)

    def test_versions_stay_and_the_published_one_shows_until_the_next(self) -> None:
        author, reviewer = factories.registrar(), factories.chief()
        article = published(author, reviewer)
        draft = knowledge.write(actor=author, article_id=article.pk, title="名称怎样核准", body="全新的内容。")
        assert draft.number == 2
        # Nor does ticking a box show the internal version in force to the public.
        knowledge.write(
            actor=author, article_id=article.pk, title="名称怎样核准", body="全新的内容。", kind="faq", public=True
        )
        article.refresh_from_db()
        assert (article.public, article.kind, queries.public_article(article.pk)) == (False, "article", None)
        assert queries.version(article).number == 1  # type: ignore[union-attr]
        with pytest.raises(ForbiddenError, match="正在修改"):
            knowledge.write(actor=factories.registrar(), article_id=article.pk, title="x", body="y")
        knowledge.submit(article_id=article.pk, actor=author)
        with pytest.raises(WrongStateError, match="等待审定"):
            knowledge.write(actor=author, article_id=article.pk, title="x", body="y")
        knowledge.review(article_id=article.pk, actor=reviewer, publish=True)
        assert queries.search(queries.readable(grants_of(author)), "全新的内容").exists()
        assert queries.public_article(article.pk).kind == "faq"  # type: ignore[union-attr]
        assert not queries.search(queries.readable(grants_of(author)), "业务范围").exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            ArticleVersion.objects.filter(article=article, number=1).update(body="篡改")

    def test_taken_down_it_is_gone_for_readers(self) -> None:
        author, reviewer = factories.registrar(), factories.chief()
        article = published(author, reviewer, public=True)
        assert queries.public_article(article.pk) is not None
        knowledge.withdraw(article_id=article.pk, actor=reviewer)
        assert queries.public_article(article.pk) is None
        with pytest.raises(WrongStateError):
            knowledge.withdraw(article_id=article.pk, actor=reviewer)

    def test_other_regions_neither_read_nor_write(self) -> None:
        article = published(factories.registrar(), factories.chief())
        far, above = factories.registrar("440100"), factories.registrar("110000")
        assert queries.article(grants_of(far), article.pk) is None
        assert queries.article(grants_of(above), article.pk) == article
        with pytest.raises(ForbiddenError):
            knowledge.write(actor=far, article_id=article.pk, title="x", body="y")
        national = published(factories.registrar("100000"), factories.chief("100000"), division_code="100000")
        assert queries.article(grants_of(far), national.pk) == national


@pytest.mark.django_db
class TestQuestions:
    def test_asked_from_a_case_answered_above_and_made_an_article(self) -> None:
        clerk, above = factories.registrar(), factories.chief("110000")
        case = factories.accepted(clerk)
        question = questions.ask(actor=clerk, case_id=case.pk, title="能否跨区", text="活动地域能否跨区？")
        assert (question.division_code, question.asked_division, question.matter) == (
            factories.DISTRICT, "110000", case.matter,
        )  # fmt: skip
        assert queries.question(grants_of(above), question.pk) == question
        assert queries.question(grants_of(factories.chief("310000")), question.pk) is None
        with pytest.raises(ForbiddenError):
            questions.answer(question_id=question.pk, actor=factories.chief(), text="可以。")
        questions.answer(question_id=question.pk, actor=above, text="不可以。")
        with pytest.raises(ConflictError):
            questions.answer(question_id=question.pk, actor=above, text="可以。")
        made = questions.make_article(question_id=question.pk, actor=above)
        assert made.article is not None
        assert "不可以" in made.article.versions.get().body
        with pytest.raises(ConflictError):
            questions.make_article(question_id=question.pk, actor=above)
        assert AuditEvent.objects.filter(action__startswith="question.").count() == 2

    def test_who_asks_whom(self) -> None:
        assert queries.superior("110000") == "100000"
        assert queries.superior("440103") == "440100"
        assert queries.superior("100000") == ""
        with pytest.raises(ForbiddenError):
            questions.ask(actor=factories.registrar("440100"), title="x", text="y", division_code=factories.DISTRICT)
        with pytest.raises(InvalidInputError):
            questions.ask(actor=factories.registrar("100000"), title="x", text="y", division_code="100000")


class TestMarkdown:
    @given(st.text(max_size=300))
    def test_whatever_is_written_becomes_harmless_html(self, text: str) -> None:
        drawn = rules.html(text).lower()
        assert "<script" not in drawn
        assert "<img" not in drawn
        assert 'href="javascript' not in drawn

    @pytest.mark.parametrize(
        "attack",
        ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://a/b.png)", "<a onclick=x>y</a>"],
    )
    def test_attacks_are_shown_as_text(self, attack: str) -> None:
        drawn = rules.html(attack)
        assert "<script" not in drawn
        assert "onclick=x>" not in drawn
        assert "javascript:" not in drawn or "href" not in drawn

    def test_headings_stand_below_the_page(self) -> None:
        assert "<h2>名称</h2>" in rules.html("# 名称")
        assert "<h3>名称</h3>" in rules.html("### 名称")

    @given(st.lists(st.text("甲乙丙", max_size=3), max_size=8), st.lists(st.text("甲乙丙", max_size=3), max_size=8))
    def test_a_comparison_holds_both_versions(self, old: list[str], new: list[str]) -> None:
        before, after = "\n".join(old), "\n".join(new)
        lines = rules.compare(before, after)
        assert [line.text for line in lines if line.mark is not Mark.ADDED] == before.splitlines()
        assert [line.text for line in lines if line.mark is not Mark.REMOVED] == after.splitlines()
