"""Every write of charity."""
