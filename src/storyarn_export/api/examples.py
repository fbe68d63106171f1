"""What answers look like, for the OpenAPI document: one example a model. A test holds each against its schema."""

from collections.abc import Mapping
from typing import Any

JOB_ID = "0198c3f2-7a51-7c43-9f6e-2f1d3b5a7c90"
IMPORT_ID = "0198c3f2-7a51-7c43-9f6e-2f1d3b5a7c91"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PROJECT_URL = "/api/projects/12"
EXPORT_URL = f"{PROJECT_URL}/exports/{JOB_ID}"
SECTIONS = ("sheets", "flows", "scenes", "screenplays", "localization", "assets")
COUNTS = dict(zip(SECTIONS, (900, 41_000, 12, 3, 18_298, 0), strict=True))

PROJECT = {
    "id": "12",
    "name": "The Long Night",
    "slug": "the-long-night",
    "description": None,
    "role": "owner",
    "counts": COUNTS,
    "created_at": "2026-02-24T15:30:00Z",
}
EXPORT = {
    "job_id": JOB_ID,
    "project_id": "12",
    "format": "storyarn",
    "options": {"include_assets": "references", "languages": "all", "pretty_print": False},
    "mode": "async",
    "status": "processing",
    "progress": 42,
    "entities": {
        "total": 60_213,
        "processed": 25_300,
        "by_section": {"sheets": {"total": 900, "processed": 900}},
    },
    "attempt": 1,
    "resumed": False,
    "created_at": "2026-02-24T15:30:00Z",
    "started_at": "2026-02-24T15:30:01Z",
    "completed_at": None,
    "expires_at": None,
    "eta_seconds": 3.1,
    "filename": None,
    "content_type": None,
    "file_size": None,
    "sha256": None,
    "download_url": None,
    "events_url": f"{EXPORT_URL}/events",
    "validation": {"status": "warnings", "errors": 0, "warnings": 3, "info": 1},
    "verification": None,
    "losses": [],
    "error": None,
}
FINDING = {
    "rule": "missing_entry",
    "severity": "warning",
    "message": "The flow has no entry node.",
    "source_type": "flow",
    "source_id": "7",
    "target_type": None,
    "target_id": None,
}
REPORT = {
    "status": "warnings",
    "errors": [],
    "warnings": [FINDING],
    "info": [],
    "truncated": False,
    "statistics": {
        "errors": 0,
        "warnings": 1,
        "info": 0,
        "checked_sheets": 3,
        "checked_flows": 2,
        "checked_nodes": 40,
        "by_rule": {"missing_entry": 1},
    },
}
IMPORT = {
    "import_id": IMPORT_ID,
    "project_id": "12",
    "format": "storyarn",
    "status": "ready",
    "stage": None,
    "progress": 0,
    "entities": {"total": 2, "processed": 0},
    "attempt": 0,
    "conflict_resolution": None,
    "source": {
        "filename": "tale.json",
        "size": 1024,
        "sha256": SHA256,
        "format_version": "1.0.0",
        "exported_at": "2026-02-24T15:30:00Z",
        "project_name": "The Long Night",
    },
    "preview": {
        "sections": {
            "sheets": {
                "total": 1,
                "new": 0,
                "existing": 1,
                "conflicts": [
                    {"kind": "sheet", "shortcut": "jon", "existing_id": "4", "incoming_name": "Jon"}
                ],
                "conflict_count": 1,
            }
        },
        "entities": {"sheet": 1, "block": 1},
        "total": 2,
        "warnings": [],
        "fingerprint": SHA256,
    },
    "report": None,
    "error": None,
    "created_at": "2026-02-24T15:30:00Z",
    "started_at": None,
    "completed_at": None,
    "expires_at": "2026-02-25T15:30:00Z",
    "execute_url": f"{PROJECT_URL}/imports/{IMPORT_ID}/execute",
    "events_url": f"{PROJECT_URL}/imports/{IMPORT_ID}/events",
}
ASSET = {
    "id": "42",
    "filename": "map.png",
    "content_type": "image/png",
    "size": 70_311,
    "sha256": SHA256,
    "content_url": f"{PROJECT_URL}/assets/42/content",
}
EVENTS = f'id: 7\nevent: progress\ndata: {{"job_id":"{JOB_ID}","progress":42}}\n\n'
METRICS = "# TYPE storyarn_database_up gauge\nstoryarn_database_up 1.0\n"
NOTHING = {"total": 0, "listed": []}
PASSED = {"ok": True, "detail": "answers"}

# By the name of the model in the document.
EXAMPLES: Mapping[str, Any] = {
    "Health": {"status": "ok"},
    "ReadinessOut": {
        "status": "ready",
        "checks": {
            "database": PASSED,
            "schema": {"ok": True, "detail": "at 0009"},
            "storage": {"ok": True, "detail": "takes files"},
        },
    },
    "ProjectOut": PROJECT,
    "RootOut": {"id": "7", "name": "The gate", "shortcut": "gate"},
    "FlowGraph": {
        "id": "7",
        "name": "The gate",
        "node_count": 2,
        "connection_count": 1,
        "nodes": [
            {"id": "70", "type": "entry", "x": 0.0, "y": 40.0},
            {"id": "71", "type": "dialogue", "x": 220.0, "y": 40.0},
        ],
        "connections": [{"source": "70", "target": "71"}],
    },
    "CountsOut": {
        "counts": {"sheet": 300, "block": 600},
        "by_section": {"sheets": 900},
        "total": 900,
        "mode": "sync",
        "threshold": 1000,
    },
    "LanguageOut": {
        "locale_code": "de-DE",
        "name": "German",
        "is_source": False,
        "texts": 2_400,
        "final": 1_200,
        "percent": 50,
    },
    "FormatOut": {
        "name": "storyarn",
        "label": "Storyarn",
        "description": "Everything, without a loss.",
        "media_type": "application/json",
        "extension": "json",
        "sections": list(SECTIONS),
        "is_bundle": False,
        "importable": True,
        "cannot_hold": [],
        "aliases": [],
        "asset_modes": ["references", "embedded", "bundled", "none"],
    },
    "ExportJobOut": EXPORT,
    "RequestedExport": {**EXPORT, "deduplicated": False},
    "ValidationReport": REPORT,
    "ExportReport": {**REPORT, "losses": []},
    "VerificationOut": {
        "status": "equal",
        "attempt": 1,
        "requested_at": "2026-02-24T15:31:00Z",
        "started_at": "2026-02-24T15:31:00Z",
        "finished_at": "2026-02-24T15:31:02Z",
        "entities": 60_213,
        "emptied": 0,
        "difference_count": 0,
        "differences": [],
        "error": None,
    },
    "ImportOut": IMPORT,
    "AssetOut": ASSET,
    "TextsReport": {
        "format": "csv",
        "preview": False,
        "updated": {
            "total": 1,
            "listed": [
                {
                    "place": "row 12",
                    "key": "flow_node/302/text",
                    "locale": "es",
                    "reason": None,
                    "message": None,
                }
            ],
        },
        "unchanged": 2_399,
        "stale": NOTHING,
        "unknown": NOTHING,
        "errors": NOTHING,
    },
    "TicketOut": {
        "ticket": "st_7kq2vQ3nGm9yT0bWcXfR5sLh8dJpZaE1uNi4oKtM6xY",
        "expires_at": "2026-02-24T15:31:00Z",
    },
}
