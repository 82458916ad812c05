"""API v1: what universities' machines read and post."""
