"""Every read of the register that a page or the API needs."""
