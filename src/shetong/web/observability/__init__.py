"""What administrators see of the running site: request ids, the access log, health, readiness and metrics."""
