"""Pages, one file for each kind of person they serve."""
