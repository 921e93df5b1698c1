"""Test the pages: the modules of reader.web; tests with a browser are in browser/."""
