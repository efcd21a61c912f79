"""The command line. Each command parses its options, calls a service, and prints the result."""
