"""Harvesters that are measured beside each other: programs that take an address."""
