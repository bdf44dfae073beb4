"""What visitors do, in a real Chromium, from the first page to the answer they came for."""
