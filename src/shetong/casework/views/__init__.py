"""Pages of the service hall and the office."""
