"""`token`: who may call the API."""

from typing import Annotated

import typer

from storyarn_export.accounts.tokens import (
    SCOPES,
    IssuedToken,
    TokenRow,
    create_token,
    list_tokens,
    revoke_token,
)
from storyarn_export.bootstrap import Services
from storyarn_export.cli.failures import CommandError, usage_error
from storyarn_export.cli.output import note, say, say_json, say_table
from storyarn_export.cli.parameters import AsJson, DataDir
from storyarn_export.cli.server_side import with_services
from storyarn_export.cli.suggestions import did_you_mean

token = typer.Typer(help="Who may call the API.", no_args_is_help=True)


@token.command("create")
def create(
    email: Annotated[str, typer.Option(metavar="EMAIL", help="Whose token; made when new.")],
    scopes: Annotated[
        str, typer.Option(metavar="NAMES", help=f"What it allows, separated by commas: {', '.join(SCOPES)}.")
    ] = "exports,imports",
    name: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once."""
    wanted = tuple(scope.strip() for scope in scopes.split(","))
    unknown = sorted(set(wanted) - set(SCOPES))
    if unknown:
        question = did_you_mean(unknown[0], SCOPES)
        raise usage_error(
            "--scopes", f"there is no scope {unknown[0]!r}; scopes are {', '.join(SCOPES)}.{question}"
        )

    async def work(services: Services) -> IssuedToken:
        async with services.sessions.begin() as session:
            return await create_token(session, email=email, scopes=wanted, name=name)

    issued = with_services(data_dir, work)
    if as_json:
        say_json({"id": issued.id, "token": issued.token, "email": issued.email})
        return
    note(f"token {issued.id} of {issued.email} for {', '.join(wanted)}; it is not shown again:")
    say(issued.token)


@token.command("list")
def list_all(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List all tokens without their secrets."""

    async def work(services: Services) -> list[TokenRow]:
        async with services.sessions() as session:
            return await list_tokens(session)

    rows = with_services(data_dir, work)
    if as_json:
        say_json({"tokens": [_as_json(row) for row in rows]})
        return
    columns = ("id", "email", "scopes", "created", "last used", "revoked")
    say_table(columns, [_as_cells(row) for row in rows])


@token.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `token list` shows it.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a token useless from now on."""

    async def work(services: Services) -> bool:
        async with services.sessions.begin() as session:
            return await revoke_token(session, token_id)

    if not with_services(data_dir, work):
        raise CommandError(f"there is no token {token_id!r} that could be revoked; see `token list`")
    if as_json:
        say_json({"id": token_id, "revoked": True})
    else:
        say(f"token {token_id} is revoked")


def _as_json(row: TokenRow) -> dict[str, object]:
    return {
        "id": row.id,
        "email": row.email,
        "scopes": list(row.scopes),
        "created_at": row.inserted_at.isoformat(),
        "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
    }


def _as_cells(row: TokenRow) -> tuple[str, ...]:
    moments = (row.inserted_at, row.last_used_at, row.revoked_at)
    shown = (f"{moment:%Y-%m-%d %H:%M}" if moment else "-" for moment in moments)
    return (row.id, row.email, ",".join(row.scopes), *shown)
