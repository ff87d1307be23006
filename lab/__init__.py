"""Socket Lab: a small internet on one machine."""
