"""`projects`: what is in the database, and ways to put more in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from storyarn_export.accounts.projects import create_project
from storyarn_export.bootstrap import Services
from storyarn_export.cli.admin import owner_id
from storyarn_export.cli.failures import CommandError
from storyarn_export.cli.output import note, say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, DataDir, Owner
from storyarn_export.cli.server_side import with_services
from storyarn_export.db.models import Project, User
from storyarn_export.domain.story import Kind
from storyarn_export.imports.load import LoadReport
from storyarn_export.seeding.seed import SeedProject, SeedReport

MAX_LISTED = 10_000
MAX_SHOWN_WARNINGS = 50
MAX_SEEDED = 20_000_000

projects = typer.Typer(help="Projects of this database.", no_args_is_help=True)


@projects.command("list")
def list_all(
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="Projects at most.")] = 1000,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the projects of all owners, oldest first."""

    async def work(services: Services) -> list[dict[str, str]]:
        query = (
            select(Project, User.email)
            .join(User, User.id == Project.owner_id)
            .order_by(Project.id)
            .limit(limit)
        )
        async with services.sessions() as session:
            return [_described(project, email) for project, email in await session.execute(query)]

    found = with_services(data_dir, work)
    if as_json:
        say_json({"projects": found})
    else:
        say_table(("id", "slug", "name", "owner", "created"), [tuple(one.values()) for one in found])


@projects.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Its name, 1 to 100 characters.")],
    slug: Annotated[str | None, typer.Option(help="Its address; default: made from the name.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    owner: Owner = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make an empty project and print its id."""

    async def work(services: Services) -> tuple[int, str]:
        async with services.sessions.begin() as session:
            project = await create_project(
                session,
                owner_id=await owner_id(session, owner),
                name=name,
                slug=slug,
                description=description,
            )
            return project.id, project.name

    project_id, made = with_services(data_dir, work)
    _show(project_id, made, {}, 0, as_json=as_json)


@projects.command("load")
def load(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="Native document (.json, .json.gz, .json.zst) or bundle (.zip)."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name of the new project; default: the file's.")] = None,
    owner: Owner = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read a document or a bundle into a new project, whole or not at all."""

    async def work(services: Services) -> LoadReport:
        async with services.sessions.begin() as session:
            owned_by = await owner_id(session, owner)
        try:
            return await services.load_project(file, owner_id=owned_by, name=name)
        except OSError as error:
            raise CommandError(f"cannot read {file}: {error.strerror or error}") from error

    report = with_services(data_dir, work)
    _warn(report)
    _show(report.project_id, report.name, report.counts, report.total, as_json=as_json)


@projects.command("seed")
def seed(
    entities: Annotated[int, typer.Option(min=1, max=MAX_SEEDED, help="About how many, over all sections.")],
    seed_number: Annotated[int, typer.Option("--seed", help="The same seed makes the same story.")] = 0,
    name: Annotated[str | None, typer.Option(help="Name of the new project.")] = None,
    owner: Owner = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a synthetic project with all sections, sizes as in real ones."""

    async def work(services: Services) -> SeedReport:
        async with services.sessions.begin() as session:
            owned_by = await owner_id(session, owner)
        return await SeedProject(services.bulk)(
            owner_id=owned_by, entities=entities, seed=seed_number, name=name
        )

    report = with_services(data_dir, work)
    _show(report.project_id, report.name, report.counts, report.total, as_json=as_json)


def _described(project: Project, email: str) -> dict[str, str]:
    return {
        "project_id": str(project.id),
        "slug": project.slug,
        "name": project.name,
        "owner": email,
        "created_at": project.inserted_at.isoformat(),
    }


def _warn(report: LoadReport) -> None:
    for rename in report.renames:
        note(f"warning: the {rename.kind} {rename.old} is now {rename.new}")
    for notice in report.warnings[:MAX_SHOWN_WARNINGS]:
        place = f", first at {notice.path}" if notice.path else ""
        note(f"warning: {notice.code}: {notice.message} ({notice.count} times{place})")
    for lost in report.unresolved_references[:MAX_SHOWN_WARNINGS]:
        owner = f"{lost.kind.value} {lost.owner or ''}".rstrip()
        note(f"warning: {lost.path} of {owner} led to {lost.old_id}, which is not in the file: emptied")
    if report.unresolved_total > MAX_SHOWN_WARNINGS:
        note(f"warning: {report.unresolved_total} references were emptied in all")


def _show(project_id: int, name: str, counts: Mapping[Kind, int], total: int, *, as_json: bool) -> None:
    if as_json:
        by_kind = {kind.value: counts.get(kind, 0) for kind in Kind}
        say_json({"project_id": str(project_id), "name": name, "counts": by_kind, "total": total})
        return
    if counts:
        say_table(("kind", "entities"), [(kind.value, n) for kind, n in counts.items() if n])
    say(f"{name}: {total} entities; project id:")
    say(str(project_id))
