"""`python -m adapter.cli`: the command, where its script is not at hand."""

from __future__ import annotations

from adapter.cli.main import main

if __name__ == "__main__":
    main()
