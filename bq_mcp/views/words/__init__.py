"""How single values are worded, and the Jinja environment that words whole answers."""
