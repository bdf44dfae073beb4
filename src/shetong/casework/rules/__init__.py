"""Pure rules of casework: declarations of matters, forms, clocks."""
