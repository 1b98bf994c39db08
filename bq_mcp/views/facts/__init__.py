"""What the first line and the caveats of an answer rest on."""
