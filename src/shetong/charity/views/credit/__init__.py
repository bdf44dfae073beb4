"""Pages of credit: the office's, the subject's own, the public's."""
