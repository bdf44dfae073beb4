"""Addresses of filed plans and trusts, disclosure, progress and credit."""

from django.urls import path

from shetong.charity.views import plans, qualification
from shetong.charity.views.credit import office as credit_office
from shetong.charity.views.credit import own as own_credit
from shetong.charity.views.credit import public as public_credit
from shetong.charity.views.disclosure import office, own, progress, public

urlpatterns = [
    path("charity/plans/", plans.plans, name="plans"),
    path("charity/plans/<slug:number>/", plans.plan, name="plan"),
    path("charity/trusts/", plans.trusts, name="trusts"),
    path("charity/trusts/<slug:number>/", plans.trust, name="trust"),
    path("charity/credit/", public_credit.page, name="credit"),
    path("charity/disclosures/<slug:code>/", public.organisation, name="disclosures"),
    path("charity/disclosures/entries/<int:pk>/", public.entry, name="disclosure-entry"),
    path("charity/disclosures/photos/<int:pk>.jpg", public.photo, name="progress-photo"),
    path("hall/disclosure/", own.home, name="disclosure"),
    path("hall/disclosure/<slug:code>/", own.calendar, name="own-disclosure"),
    path("hall/disclosure/<slug:code>/facts/new/", own.fact, name="own-fact"),
    path("hall/disclosure/<slug:code>/years/<int:year>/", own.year, name="own-year"),
    path("hall/disclosure/duties/<int:pk>/", own.duty, name="own-duty"),
    path("hall/disclosure/entries/<int:pk>/correct/", own.correct, name="own-correct"),
    path("hall/disclosure/projects/<slug:number>/", progress.page, name="own-progress"),
    path("hall/disclosure/projects/<slug:number>/do/<slug:name>/", progress.act, name="own-progress-act"),
    path("hall/disclosure/credit/<int:pk>/", own_credit.record, name="own-credit"),
    path("office/disclosure/", office.overdue, name="office-disclosure"),
    path("office/disclosure/referrals/<int:pk>/dismiss/", office.dismiss_referral, name="office-referral-dismiss"),
    path("office/qualifications/<slug:code>/", qualification.revoke, name="office-qualification"),
    path("office/credit/", credit_office.records, name="office-credit"),
    path("office/credit/new/", credit_office.notice, name="office-credit-notice"),
    path("office/credit/<int:pk>/", credit_office.record, name="office-credit-record"),
    path("office/credit/<int:pk>/do/<slug:name>/", credit_office.act, name="office-credit-act"),
    path("office/credit/honours/new/", credit_office.honour, name="office-honour"),
    path("office/credit/honours/<int:pk>/withdraw/", credit_office.withdraw_honour, name="office-honour-withdraw"),
]
