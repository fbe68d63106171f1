"""`python -m storyarn_export`."""

import sys

from storyarn_export.cli.main import main

sys.exit(main())
