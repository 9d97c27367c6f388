"""`python -m stream_edits`: the same as the command `stream-edits`."""

from stream_edits.entry import main

if __name__ == "__main__":
    main()
