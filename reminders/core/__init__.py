"""What the service decides: pure functions of facts and time."""
