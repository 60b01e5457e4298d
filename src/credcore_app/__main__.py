"""``python -m credcore_app`` is the same as ``credcore``."""

from credcore_app.cli import main

if __name__ == "__main__":
    main()
