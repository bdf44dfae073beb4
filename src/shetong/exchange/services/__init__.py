"""Writes of the exchange: releases of the open data."""
