"""Hold the pages: each module of reader.web has its tests here, browsers in browser/."""
