"""Charity: plans filed, money raised, and where every fen of it went."""
