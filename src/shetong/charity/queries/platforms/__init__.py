"""What is known of platforms and what they reported."""
