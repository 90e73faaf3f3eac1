"""EC2 for the tests: moto, made to behave like EC2 where the autoscaler depends on it.

One machine image exists, `ami-0123456789abcdef0`.
"""

import os
from pathlib import Path

# Before moto is imported: its own thousand images cost time at every reset.
os.environ["MOTO_AMIS_PATH"] = str(Path(__file__).parent / "images.json")
