"""The one that holds our keys: it looks at what it signs, and remembers what it signed."""
