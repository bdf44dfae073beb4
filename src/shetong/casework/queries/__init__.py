"""Every read of casework."""
