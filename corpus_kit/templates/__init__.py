"""What `corpus-kit init` copies."""
