"""The national register of legal entities (法人库): organisations, filings, officers, search, certificates."""
