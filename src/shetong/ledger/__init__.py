"""The public log: append-only Merkle trees in which official acts leave their digests, served as static tiles."""
