"""What owners are told of their sessions and jobs, over HTTP, signed."""
