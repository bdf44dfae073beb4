"""Writes: audit trail, roles, keys, sessions, lock-out, personal-data reading."""
