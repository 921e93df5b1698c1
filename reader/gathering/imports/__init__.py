"""Read what other programs keep: one module for each form, and the same values from all.

A reader is given bytes or a file and changes nothing. It knows no library: what is brought,
known already or missing is decided in `morning.bring_in`.
"""
