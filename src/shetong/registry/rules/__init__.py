"""Law of the register as pure functions: no database, no clock."""
