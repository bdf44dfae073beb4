"""Pure rules of volunteering: no database, no clock."""
