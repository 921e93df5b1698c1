"""What only a real browser can show: hands, keys, eyes, scripts, the worker for offline."""
