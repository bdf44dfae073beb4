"""Every write to the register, one module per business act."""
