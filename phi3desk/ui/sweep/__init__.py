"""Every document asked the same, in the window."""
