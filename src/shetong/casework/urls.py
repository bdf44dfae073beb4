"""Addresses of the service hall and of casework in the office."""

from django.urls import URLPattern, URLResolver, path

from shetong.casework.views import (
    desk,
    documents,
    hall,
    knowledge,
    materials,
    opinions,
    phrases,
    questions,
    seals,
    work,
)

app_name = "casework"

urlpatterns: list[URLPattern | URLResolver] = [
    path("v/documents/", seals.verify, name="verify-document"),
    path("v/seals.pem", seals.certificates, name="seal-certificates"),
    path("hall/", hall.home, name="hall"),
    path("hall/matters/<slug:code>/", hall.matter_guide, name="guide"),
    path("hall/matters/<slug:code>/begin/", hall.begin, name="begin"),
    path("hall/cases/", hall.case_list, name="cases"),
    path("hall/cases/<int:pk>/", hall.case_page, name="case"),
    path("hall/cases/<int:pk>/form/<slug:section>/", hall.form, name="form"),
    path("hall/cases/<int:pk>/materials/", materials.page, name="materials"),
    path("hall/files/<int:pk>/", materials.own_file, name="file"),
    path("office/files/<int:pk>/", materials.office_file, name="desk-file"),
    path("hall/cases/<int:pk>/check/", hall.check, name="check"),
    path("hall/cases/<int:pk>/do/<slug:name>/", hall.act, name="act"),
    path("hall/notices/<int:pk>.pdf", documents.notice_pdf, name="notice-pdf"),
    path("hall/knowledge/<int:pk>/", knowledge.public, name="article-public"),
    path("office/cases/", work.work, name="work"),
    path("office/cases/batch/", work.batch_act, name="batch"),
    path("office/cases/export.csv", work.export, name="work-export"),
    path("office/cases/<int:pk>/", desk.case_page, name="desk-case"),
    path("office/cases/<int:pk>/do/<slug:name>/", desk.act, name="desk-act"),
    path("office/cases/<int:pk>/hand-over/", desk.hand_over, name="hand-over"),
    path("office/cases/<int:pk>/notes/", desk.note, name="note"),
    path("office/cases/<int:pk>/checks/<int:check>/", desk.record_check, name="record-check"),
    path("office/cases/<int:pk>/opinions/<int:opinion>/", opinions.entered, name="opinion-entered"),
    path("office/opinions/", opinions.opinion_list, name="opinions"),
    path("office/opinions/<int:pk>/", opinions.opinion, name="opinion"),
    path("office/phrases/", phrases.page, name="phrases"),
    path("office/phrases/<int:pk>/remove/", phrases.remove, name="phrase-remove"),
    path("office/knowledge/", knowledge.article_list, name="knowledge"),
    path("office/knowledge/new/", knowledge.edit, name="article-new"),
    path("office/knowledge/<int:pk>/", knowledge.article, name="article"),
    path("office/knowledge/<int:pk>/edit/", knowledge.edit, name="article-edit"),
    path("office/knowledge/<int:pk>/do/<slug:name>/", knowledge.act, name="article-act"),
    path("office/questions/", questions.question_list, name="questions"),
    path("office/questions/new/", questions.new, name="question-new"),
    path("office/questions/<int:pk>/", questions.question, name="question"),
    path("office/questions/<int:pk>/article/", questions.make_article, name="question-article"),
    path("office/notices/<int:pk>.pdf", documents.office_notice_pdf, name="desk-notice-pdf"),
]
