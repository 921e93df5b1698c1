"""Play a sample morning on this machine: invented papers, everything else real."""
