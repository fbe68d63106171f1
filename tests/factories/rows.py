"""Rows put straight into the tables, so that a test of what goes out does not lean on what comes in."""

import json
from dataclasses import dataclass
from typing import Any

import asyncpg

# Columns that are arrays of the database, not JSON.
ARRAYS = frozenset({"hidden_inherited_block_ids"})


@dataclass(frozen=True, slots=True)
class Story:
    """A project and the ways to add to it."""

    bulk: asyncpg.Pool
    owner_id: int
    project_id: int

    async def add(self, table: str, **columns: Any) -> int:
        """Insert one row and return its id; dicts and lists become JSON, `deleted_at=True` means now."""
        names = ", ".join(columns)
        marks = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        values = [
            json.dumps(value) if isinstance(value, dict | list) else value for value in columns.values()
        ]
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id"  # noqa: S608 - names are ours
        row_id: int = await self.bulk.fetchval(statement, *values)
        return row_id

    async def sheet(self, name: str, **columns: Any) -> int:
        return await self.add("sheets", project_id=self.project_id, name=name, **columns)

    async def flow(self, name: str, **columns: Any) -> int:
        return await self.add("flows", project_id=self.project_id, name=name, **columns)

    async def scene(self, name: str, **columns: Any) -> int:
        return await self.add("scenes", project_id=self.project_id, name=name, **columns)

    async def screenplay(self, name: str, **columns: Any) -> int:
        return await self.add("screenplays", project_id=self.project_id, name=name, **columns)

    async def block(self, sheet_id: int, type_: str = "text", **columns: Any) -> int:
        return await self.add("blocks", sheet_id=sheet_id, type=type_, **columns)

    async def node(self, flow_id: int, type_: str = "hub", **columns: Any) -> int:
        return await self.add("flow_nodes", flow_id=flow_id, type=type_, **columns)

    async def wire(self, flow_id: int, source: int, target: int, pin: str = "output", **columns: Any) -> int:
        return await self.add(
            "flow_connections",
            flow_id=flow_id,
            source_node_id=source,
            source_pin=pin,
            target_node_id=target,
            target_pin="input",
            **columns,
        )

    async def language(self, code: str, **columns: Any) -> int:
        return await self.add(
            "project_languages", project_id=self.project_id, locale_code=code, name=code, **columns
        )

    async def text(self, kind: str, owner: int, field: str, locale: str, **columns: Any) -> int:
        return await self.add(
            "localized_texts",
            project_id=self.project_id,
            source_type=kind,
            source_id=owner,
            source_field=field,
            locale_code=locale,
            **columns,
        )

    async def term(self, term: str, target: str, **columns: Any) -> int:
        return await self.add(
            "localization_glossary_entries",
            project_id=self.project_id,
            source_term=term,
            source_locale="en",
            target_locale=target,
            **columns,
        )

    async def asset(self, key: str, **columns: Any) -> int:
        values = {"filename": f"{key}.png", "content_type": "image/png", "size": 10, **columns}
        return await self.add("assets", project_id=self.project_id, key=key, **values)


async def new_story(bulk: asyncpg.Pool, slug: str = "story", name: str = "Story") -> Story:
    """An empty project with an owner and a workspace of its own."""
    owner_id: int = await bulk.fetchval(
        "INSERT INTO users (email) VALUES ($1) RETURNING id", f"{slug}@example.org"
    )
    workspace_id: int = await bulk.fetchval(
        "INSERT INTO workspaces (name, slug, owner_id) VALUES ($1, $2, $3) RETURNING id", name, slug, owner_id
    )
    project_id: int = await bulk.fetchval(
        "INSERT INTO projects (name, slug, workspace_id, owner_id) VALUES ($1, $2, $3, $4) RETURNING id",
        name,
        slug,
        workspace_id,
        owner_id,
    )
    await bulk.execute(
        "INSERT INTO project_memberships (role, project_id, user_id) VALUES ('owner', $1, $2)",
        project_id,
        owner_id,
    )
    return Story(bulk, owner_id, project_id)
