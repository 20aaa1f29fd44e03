"""For those who run an installation: whether it is well, backups of it, and what it should forget."""
