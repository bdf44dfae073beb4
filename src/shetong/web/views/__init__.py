"""Pages that belong to no single package: home, preferences, design system, errors."""
