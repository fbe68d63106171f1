"""Where log lines go: stderr, as text or JSON, ours and the libraries' alike."""

import logging
import re
import sys
import traceback
from typing import TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from storyarn_export.settings import LogFormat, LogLevel, Settings
from storyarn_export.telemetry.spans import add_trace_ids

# What ends a line or speaks to a terminal. Clients choose some of what is logged; lines of their own are none of it.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# So that no line of a traceback, whatever it quotes, can be taken for a line of the log.
MARGIN = "    | "
# They report every request or statement on INFO, which our own lines say better.
QUIET_LIBRARIES = ("alembic", "httpx", "procrastinate", "uvicorn.access")


def configure_logging(settings: Settings) -> None:
    """Sends all log lines of this process to stderr.

    Args:
        settings: their format and the least severe level that is shown.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_trace_ids,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings.log_format),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    if settings.log_level is not LogLevel.DEBUG:
        for name in QUIET_LIBRARIES:
            logging.getLogger(name).setLevel(logging.WARNING)


def _rendering(log_format: LogFormat) -> list[Processor]:
    if log_format is LogFormat.JSON:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        _without_controls,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_traceback),
    ]


def _without_controls(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: _escaped(value) if isinstance(value, str) else value for name, value in event.items()}


def _traceback(log: TextIO, error: ExcInfo) -> None:
    lines = "".join(traceback.format_exception(*error)).rstrip("\n").split("\n")
    log.writelines(f"\n{MARGIN}{_escaped(line)}" for line in lines)


def _escaped(text: str) -> str:
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
