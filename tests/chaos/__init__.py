"""What dies, and what must be whole afterwards."""
