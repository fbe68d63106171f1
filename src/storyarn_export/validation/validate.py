"""All rules over one snapshot of a project."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

import orjson

from storyarn_export.collector.census import Census
from storyarn_export.collector.snapshot import Snapshot
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Batch, Kind
from storyarn_export.validation import flows, lines, scenes, screenplays, sheets
from storyarn_export.validation.judges import Court, Judges
from storyarn_export.validation.links import Known
from storyarn_export.validation.report import Findings, Place, Report, Target
from storyarn_export.validation.rules import Code
from storyarn_export.validation.statements import statement
from storyarn_export.validation.usage import Usage

ROOTS, SHEETS, FLOWS, SCENES, SCREENPLAYS = map(
    statement, ("roots", "sheets", "flows", "scenes", "screenplays")
)
STRAYS, TRANSLATIONS, CELLS, LINES = map(statement, ("strays", "translations", "cells", "lines"))
ALONE = frozenset({Code.EXTERNAL_REFERENCE})


async def validate(
    snapshot: Snapshot, project_id: int, options: ExportOptions, census: Awaitable[Census]
) -> Report:
    """Look at what an export would write, by all rules.

    Findings are about what is in the file; what they refer to is looked for in the whole project. The same state and
    the same options give the same report.

    Args:
        snapshot: the state to look at; nothing else reads from it meanwhile.
        project_id: id of the project.
        options: sections and filters.
        census: the snapshot's.
    """
    validation = _Validation(snapshot, project_id, options, Findings())
    await validation.rows()
    await validation.translations(census)
    await validation.unused_sheets()
    return validation.findings.report()


async def look_outside(snapshot: Snapshot, project_id: int, options: ExportOptions) -> Report | None:
    """Look only at which references leave the file; None where none does.

    Args:
        snapshot: as for `validate`.
        project_id: id of the project.
        options: sections and filters.
    """
    if not options.is_partial:
        return None
    validation = _Validation(snapshot, project_id, options, Findings(ALONE))
    await validation.rows()
    report = validation.findings.report()
    return report if any(report.counts.values()) else None


class _Validation:
    """One validation.

    Memory: a batch of rows, one flow, ids of roots and assets, shortcuts of sheets, and the findings that are kept.
    """

    def __init__(
        self, snapshot: Snapshot, project_id: int, options: ExportOptions, findings: Findings
    ) -> None:
        self.findings = findings
        self._snapshot = snapshot
        self._project_id = project_id
        self._options = options
        self._usage = Usage()

    async def rows(self) -> None:
        """Every row that a rule looks at, section by section."""
        options = self._options
        known = await self._known()
        court = Court.of(self.findings, known, self._usage)
        # What is not in the file has to be looked at only for the sheets that it uses.
        for_sheets = options.include_sheets
        if for_sheets:
            take = sheets.SheetRules(court).take
            await self._read(take, SHEETS, options.sheet_ids, True, columns=sheets.COLUMNS)
        if options.include_flows or for_sheets:
            await self._flows(court)
        if options.include_scenes or for_sheets:
            take = scenes.SceneRules(court).take
            arguments = (options.scene_ids, options.include_scenes)
            await self._read(take, SCENES, *arguments, columns=scenes.COLUMNS)
        if options.include_screenplays or for_sheets:
            take = screenplays.ScreenplayRules(court.over(reported=options.include_screenplays)).take
            arguments = (options.flow_ids, options.include_flows)
            await self._read(take, SCREENPLAYS, *arguments, columns=screenplays.COLUMNS)
        # In a whole file they name nothing that is outside of it.
        if options.include_localization and options.is_partial:
            await self._lines(court.heard)

    async def _lines(self, judges: Judges) -> None:
        options = self._options
        arguments = (
            options.languages,
            options.include_sheets,
            options.sheet_ids,
            options.include_flows,
            options.flow_ids,
            options.include_screenplays,
        )
        await self._read(lines.LineRules(judges).take, LINES, *arguments, columns=lines.COLUMNS)

    async def translations(self, census: Awaitable[Census]) -> None:
        """How much is translated into each language that is wanted."""
        options = self._options
        if not options.include_localization:
            return
        whole = options.languages is None and not (await census).ownerless_texts
        rows = await self._snapshot.set_based(
            TRANSLATIONS,
            self._project_id,
            options.languages,
            options.include_sheets,
            options.sheet_ids,
            options.include_flows,
            options.flow_ids,
            options.include_screenplays,
            whole,
        )
        for row in rows:
            missing = row["texts"] - row["translated"]
            if missing:
                place = Place("language", row["locale_code"], "Language", name=row["name"])
                says = f": {missing} of {row['texts']} texts are pending, drafts or not there."
                self.findings.add(Code.MISSING_TRANSLATIONS, place, says)

    async def unused_sheets(self) -> None:
        """Which sheets nothing uses."""
        if not self._options.include_sheets:
            return
        if self._usage.unused:
            rows = await self._snapshot.set_based(CELLS, self._project_id)
            self._usage.names(row["shortcut"] for row in rows)
        self._usage.tell(self.findings)

    async def _known(self) -> Known:
        options = self._options
        sections = [section.value for section in options.sections]
        arguments = (sections, options.sheet_ids, options.flow_ids, options.scene_ids)
        rows = await self._snapshot.set_based(ROOTS, self._project_id, *arguments)
        live = {Kind(row["kind"]): frozenset(orjson.loads(row["live"] or "[]")) for row in rows}
        inside = {Kind(row["kind"]): frozenset(orjson.loads(row["inside"] or "[]")) for row in rows}
        return Known(live, inside)

    async def _flows(self, court: Court) -> None:
        options = self._options
        rules = flows.FlowRules(court)
        await self._read(rules.take, FLOWS, options.flow_ids, options.include_flows, columns=flows.COLUMNS)
        rules.finish()
        if rules.strays and options.include_flows:
            for row in await self._snapshot.set_based(STRAYS, self._project_id, options.flow_ids):
                flow = Place("flow", row["flow_id"], "Flow", name=row["name"])
                place = Place("flow_connection", row["id"], "Connection", flow.as_root)
                says = f" ends at node {row['node_id']}, which is in another flow."
                self.findings.add(Code.BROKEN_REFERENCES, place, says, Target("node", row["node_id"]))

    async def _read(self, take: Callable[[Batch], None], sql: str, *arguments: object, columns: int) -> None:
        async with aclosing(
            self._snapshot.copy(sql, self._project_id, *arguments, columns=columns)
        ) as batches:
            async for batch in batches:
                take(batch)
