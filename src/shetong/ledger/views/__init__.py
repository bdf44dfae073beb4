"""Pages and files of the public logs."""
