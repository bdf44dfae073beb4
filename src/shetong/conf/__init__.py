"""Settings, entry points and the embedded database."""
