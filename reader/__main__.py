"""Run the command line: `python -m reader`."""

from reader.cli.frame import main

if __name__ == "__main__":
    main()
