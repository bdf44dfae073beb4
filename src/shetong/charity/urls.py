"""Addresses of charity: where the money came from and went, and where it is written down."""

from django.urls import path

from shetong.charity import platform_urls
from shetong.charity import publicity_urls as publicity
from shetong.charity.views import acts, office, overview, projects, receipts, spending
from shetong.charity.views.hall import books, donations, evidence, home
from shetong.charity.views.hall import projects as own_projects
from shetong.charity.views.hall import spending as own_spending

app_name = "charity"

urlpatterns = [
    *publicity.urlpatterns,
    *platform_urls.urlpatterns,
    path("charity/", overview.overview, name="overview"),
    path("charity/acts/<slug:kind>/<int:first>.ndjson", acts.acts, name="acts"),
    path("charity/organisations/<slug:code>/", overview.organisation, name="organisation"),
    path("charity/projects/<slug:number>/", projects.project, name="project"),
    path("charity/projects/<slug:number>/spending.csv", projects.spending_csv, name="spending-csv"),
    path("charity/spending/<int:number>/", spending.disbursement, name="disbursement"),
    path("charity/receipts/<slug:token>/", receipts.receipt, name="receipt"),
    path("charity/receipts/<slug:token>/receipt.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path("charity/receipts/<slug:token>/qr.svg", receipts.receipt_qr, name="receipt-qr"),
    path("charity/evidence/<int:number>/<slug:size>.jpg", evidence.public_picture, name="evidence-picture"),
    path("hall/charity/", home.home, name="keep"),
    path("hall/charity/<slug:code>/", home.account, name="account"),
    path("hall/charity/<slug:code>/deposits/new/", home.deposit, name="deposit"),
    path("hall/charity/<slug:code>/donations/", donations.donation_list, name="donations"),
    path("hall/charity/<slug:code>/donations/export.csv", donations.export, name="donations-export"),
    path("hall/charity/<slug:code>/donations/new/<slug:kind>/", donations.record, name="record-donation"),
    path("hall/charity/<slug:code>/donations/<int:number>/", donations.donation, name="donation"),
    path("hall/charity/<slug:code>/donations/<int:number>/donor/", donations.reveal, name="reveal-donor"),
    path("hall/charity/<slug:code>/donations/<int:number>/refund/", donations.refund, name="refund"),
    path("hall/charity/<slug:code>/donations/<int:number>/correct/", donations.correct, name="correct"),
    path("hall/charity/<slug:code>/donations/<int:number>/erase/", donations.erase, name="erase-donor"),
    path("hall/charity/<slug:code>/funds/<int:fund>/spend/", own_spending.record, name="record-spending"),
    path("hall/charity/<slug:code>/funds/<int:fund>/transfer/", own_spending.transfer, name="transfer"),
    path("hall/charity/<slug:code>/spending/", own_spending.spending_list, name="spendings"),
    path("hall/charity/<slug:code>/spending/export.csv", own_spending.export, name="spendings-export"),
    path("hall/charity/<slug:code>/spending/<int:number>/", own_spending.disbursement, name="spent"),
    path("hall/charity/<slug:code>/spending/<int:number>/used/", own_spending.used, name="grant-used"),
    path("hall/charity/<slug:code>/spending/<int:number>/return/", own_spending.come_back, name="give-back"),
    path("hall/charity/<slug:code>/spending/<int:number>/evidence/", evidence.attach, name="attach-evidence"),
    path("hall/charity/<slug:code>/evidence/<int:number>/", evidence.original, name="evidence-file"),
    path(
        "hall/charity/<slug:code>/evidence/<int:number>/picture.jpg", evidence.own_picture, name="evidence-own-picture"
    ),
    path("hall/charity/<slug:code>/evidence/<int:number>/show/", evidence.show, name="show-evidence"),
    path("hall/charity/<slug:code>/projects/new/", own_projects.new, name="new-project"),
    path("hall/charity/<slug:code>/projects/<slug:number>/", own_projects.project, name="keep-project"),
    path("hall/charity/<slug:code>/projects/<slug:number>/add/<slug:what>/", own_projects.add, name="add-to-project"),
    path("hall/charity/<slug:code>/books/", books.page, name="books"),
    path("hall/charity/<slug:code>/books/export.csv", books.export, name="books-export"),
    path("hall/charity/<slug:code>/books/accounts/", books.accounts, name="accounts"),
    path("office/charity/", office.charities, name="office"),
    path("office/charity/<slug:code>/", office.charity, name="office-charity"),
    path("office/charity/evidence/<int:number>/", office.document, name="office-evidence"),
]
