"""Addresses of charity: where the money came from and went."""

from django.urls import path

from shetong.charity.views import overview, projects, receipts, spending

app_name = "charity"

urlpatterns = [
    path("charity/", overview.overview, name="overview"),
    path("charity/organisations/<slug:code>/", overview.organisation, name="organisation"),
    path("charity/projects/<slug:number>/", projects.project, name="project"),
    path("charity/projects/<slug:number>/spending.csv", projects.spending_csv, name="spending-csv"),
    path("charity/spending/<int:number>/", spending.disbursement, name="disbursement"),
    path("charity/receipts/<slug:token>/", receipts.receipt, name="receipt"),
    path("charity/receipts/<slug:token>/receipt.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path("charity/receipts/<slug:token>/qr.svg", receipts.receipt_qr, name="receipt-qr"),
]
