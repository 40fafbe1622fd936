"""What takes longer than a test suite may: run by hand, each prints a table. None needs an account."""
