"""The command line, run as an operator runs it: its words, its exit codes, its files."""
