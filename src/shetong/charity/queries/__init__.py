"""Every read of charity."""
