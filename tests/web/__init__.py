"""Tests of the portal pages and the design system."""
