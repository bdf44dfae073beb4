"""Every read of the log."""
