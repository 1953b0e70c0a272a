"""How would others build it? The usual task queues, with the task a good engineer would write."""
