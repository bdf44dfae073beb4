"""Tests of Shetong, laid out like the packages they test."""
