"""Rules of charity law and of tracing: pure functions."""
