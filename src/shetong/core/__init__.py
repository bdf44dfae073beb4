"""Kernel without models: identifiers, divisions, money, metadata, personal-data crypto, text normalisation, errors."""
