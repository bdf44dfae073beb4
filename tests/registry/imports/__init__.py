"""Importing files of organisations, as clerks and machines meet it."""
