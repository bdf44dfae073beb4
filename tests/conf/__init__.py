"""Tests of settings and of the documents that describe them."""
