"""Run the command line: ``python -m careerledger``."""

import sys

from careerledger.cli import main

sys.exit(main())
