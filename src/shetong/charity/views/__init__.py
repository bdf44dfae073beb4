"""Pages of charity."""
