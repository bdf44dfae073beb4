"""The database at work: rows by prepared statements, jobs put into the queue. No models of its own."""
