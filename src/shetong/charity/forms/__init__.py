"""Forms with which a charity's people keep its account; services judge what was typed."""
