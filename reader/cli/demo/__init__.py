"""Run a sample morning on this machine: the papers are invented, everything else is real."""
