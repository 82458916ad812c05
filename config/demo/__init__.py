"""What the demonstration shows: invented people over a history of real shape."""
