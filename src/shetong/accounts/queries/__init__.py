"""Reads: permissions, audit trail, sessions, role assignments."""
