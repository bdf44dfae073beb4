"""Every write of casework, a module per family of acts."""
