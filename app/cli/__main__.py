"""Runs the command line as `python -m app.cli`, so that a supervisor needs no script on PATH."""

from app.cli import main

if __name__ == "__main__":
    main(prog_name="huixin")
