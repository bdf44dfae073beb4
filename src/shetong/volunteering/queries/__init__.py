"""Every read of volunteering."""
