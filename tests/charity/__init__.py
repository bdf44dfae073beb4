"""Tests of shetong.charity."""
