"""Text, messages, errors and HTTP: what every room uses and what knows no paper."""
