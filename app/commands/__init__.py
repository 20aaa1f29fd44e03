"""Commands of an operator, grouped by purpose; `cli.py` gathers them. What a command needs it imports by itself."""
