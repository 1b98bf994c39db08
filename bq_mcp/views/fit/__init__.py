"""Ranked lines: how a template marks them, what each costs, and which of them fit."""
