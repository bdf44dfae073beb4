"""Reads of the exchange: snapshots of the register, releases, blocks of the site map."""
