"""Users, identities, roles and jurisdictions, audit trail."""
