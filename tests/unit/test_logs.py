"""What is logged stays on its line, whatever clients put into it."""

import subprocess
import sys

import pytest

FORGED = "a\\n2026-01-01T00:00:00Z [info     ] forged\\x1b[31m\\u2028\\u202eb"
SAY = """
import logging, structlog
from storyarn_export.cli.logs import configure_logging
from storyarn_export.settings import load_settings
configure_logging(load_settings(log_format="{format}"))
text = "{text}"
log = structlog.get_logger("ours")
log.info("said", name=text)
log.info(text)
logging.getLogger("theirs").warning("said %s", text)
try:
    raise ValueError(text)
except ValueError:
    log.exception("failed")
"""


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_nobody_can_forge_a_line(log_format: str) -> None:
    script = SAY.format(format=log_format, text=FORGED)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    lines = done.stderr.split("\n")
    assert len([line for line in lines if "forged" in line]) == 4
    assert not [line for line in lines if line.startswith("2026-01-01")]
    assert not {"\x1b", "\u2028", "\u202e", "\r"} & set(done.stderr)
