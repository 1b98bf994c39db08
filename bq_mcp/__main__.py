"""Run the command line as `python -m bq_mcp`."""

from .cli import main

main()
