"""The hall's pages with which a charity's own people keep account of donations and spending."""
