"""Pages and files of the metadata standard, the open data and the site map."""
