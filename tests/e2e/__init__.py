"""A package, so that its browser ends with it: Playwright's loop must not meet Django's."""
