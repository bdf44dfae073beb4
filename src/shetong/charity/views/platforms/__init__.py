"""Pages about platforms: for everybody, for their engineers, for the office."""
