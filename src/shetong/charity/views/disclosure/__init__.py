"""Pages of disclosure: the charity's own, the public's, the office's."""
