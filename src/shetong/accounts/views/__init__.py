"""Pages: one's own account, the office's landing, accounts and roles, audit trail, keys."""
