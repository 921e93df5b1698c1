"""Put the day's list and queue together, decide on papers, and join the stages of the pipe."""
