"""Tests of what is in deploy/: units, proxy, containers, and a whole installation of the production profile."""
