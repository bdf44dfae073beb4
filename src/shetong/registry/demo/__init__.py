"""Generated demo data: a national register of realistic organisations and a small one with rich detail."""
