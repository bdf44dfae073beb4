"""The demonstration of charity: plans filed through casework, gifts, spending with evidence. All of it is generated."""
