"""What a payload holds: its values, columns and layouts, taken apart into forms."""
