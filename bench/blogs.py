"""The blogs that are measured: one of 25 posts, made by the commands that an author would use, and one of 100,000.

The texts are invented, and the same in every run.
"""

import asyncio
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched, count
from pathlib import Path

