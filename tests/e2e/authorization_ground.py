"""What the personas of the authorization matrix meet: projects, jobs, assets; and what they send."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import update

from storyarn_export.accounts.projects import create_project
from storyarn_export.accounts.tickets import issue_ticket, redeem_ticket
from storyarn_export.accounts.tokens import IssuedToken, authenticate, create_token, revoke_token
from storyarn_export.bootstrap import Services
from storyarn_export.db.models import ApiToken, Project, ProjectMembership, WorkspaceMembership
from tests.e2e.authorization import PERSONAS, Credential, Persona
from tests.e2e.conftest import Running
from tests.factories.bringing import bring, tale
from tests.factories.contents import png

REQUEST_SECONDS = 30
ASYNC = {"Prefer": "respond-async"}
PICTURE = png(1_000)
INSERT_ASSET = """
INSERT INTO assets (filename, content_type, size, key, is_external, project_id)
VALUES ('a.png', 'image/png', 1, $2, true, $1) RETURNING id
"""
# With an entry, so that the validator lets it pass.
INSERT_FLOW = """
WITH flow AS (INSERT INTO flows (name, project_id) VALUES ('Flow', $1) RETURNING id)
INSERT INTO flow_nodes (type, flow_id) SELECT 'entry', id FROM flow RETURNING flow_id
"""
TEXTS = b"key,source_hash,translation:de\r\n"


@dataclass(frozen=True)
class Place:
    """A project and what is in it. Nobody but its owner may touch `pending` and `ready`."""

    id: str
    export: str
    pending: str
    ready: str
    asset: str
    flow: str


@dataclass
class Ground:
    """Two projects of one owner, and every persona with their roles in the first."""

    services: Services
    client: httpx.AsyncClient
    owner: IssuedToken
    tokens: dict[str, IssuedToken] = field(default_factory=dict)
    place: Place = field(init=False)
    elsewhere: Place = field(init=False)

    async def fill(self) -> None:
        """Make all of it."""
        self.place = await self.new_place()
        self.elsewhere = await self.new_place()
        for persona in PERSONAS:
            self.tokens[persona.name] = await self._admit(persona)

    def sent_by(self, issued: IssuedToken) -> dict[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {issued.token}"}

    async def credential(self, persona: Persona) -> dict[str, Any]:
        """What a persona says of themselves: headers and parameters of one request."""
        issued = self.tokens[persona.name]
        wrong = "b" * 43
        header = {
            Credential.NONE: None,
            Credential.MALFORMED: "sa_short",
            Credential.UNKNOWN: f"sa_{'a' * 16}_{wrong}",
            Credential.WRONG_SECRET: f"sa_{issued.id}_{wrong}",
        }.get(persona.credential, issued.token)
        said = {} if header is None else {"headers": {"Authorization": f"Bearer {header}"}}
        match persona.credential:
            case Credential.IN_URL:
                return {**said, "params": {"access_token": issued.token}}
            case Credential.TICKET | Credential.USED_TICKET | Credential.TICKET_OF_REVOKED:
                return {"params": {"ticket": await self._ticket_of(persona)}}
            case _:
                return said

    async def new_place(self) -> Place:
        """A project of the owner's, and one of everything in it."""
        async with self.services.sessions.begin() as session:
            project = await create_project(session, owner_id=self.owner.user_id, name="Tale")
        header = self.sent_by(self.owner)
        url = f"/api/projects/{project.id}"
        done = await self.client.post(f"{url}/exports", json={"format": "storyarn"}, headers=header)
        waiting = await self.client.post(
            f"{url}/exports", json={"format": "storyarn"}, headers={**header, **ASYNC}
        )
        asset = str(await self.services.bulk.fetchval(INSERT_ASSET, project.id, secrets.token_hex(8)))
        png_header = {**header, "Content-Type": "image/png"}
        stored = await self.client.put(f"{url}/assets/{asset}/content", content=PICTURE, headers=png_header)
        assert (done.status_code, waiting.status_code, stored.status_code) == (201, 202, 200)
        ready = await self._import(str(project.id))
        flow = str(await self.services.bulk.fetchval(INSERT_FLOW, project.id))
        return Place(str(project.id), done.json()["job_id"], waiting.json()["job_id"], ready, asset, flow)

    async def new_export(self, maker: IssuedToken) -> str:
        """A pending export; there is no worker that would run it."""
        # Equal exports of one user are one.
        body = {"format": "storyarn", "options": {"version": secrets.token_hex(8)}}
        url = f"/api/projects/{self.place.id}/exports"
        answer = await self.client.post(url, json=body, headers={**self.sent_by(maker), **ASYNC})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    async def new_import(self) -> str:
        """An import that can be executed."""
        return await self._import(self.place.id)

    async def untouched(self) -> bool:
        """Whether what nobody may touch is as it was."""
        header = self.sent_by(self.owner)
        url = f"/api/projects/{self.place.id}"
        export = await self.client.get(f"{url}/exports/{self.place.pending}", headers=header)
        brought = await self.client.get(f"{url}/imports/{self.place.ready}", headers=header)
        return (export.json()["status"], brought.json()["status"]) == ("pending", "ready")

    async def _import(self, project_id: str) -> str:
        answer = await bring(self.client, project_id, tale("Jon"), headers=self.sent_by(self.owner))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["import_id"])

    async def _admit(self, persona: Persona) -> IssuedToken:
        issued = await self._token(f"{secrets.token_hex(8)}@example.org", persona.scopes)
        async with self.services.sessions.begin() as session:
            project = await session.get_one(Project, int(self.place.id))
            places = [self.place, self.elsewhere] if persona.foreign else [self.place]
            if persona.role is not None:
                for place in places:
                    session.add(
                        ProjectMembership(role=persona.role, project_id=int(place.id), user_id=issued.user_id)
                    )
            if persona.workspace_role is not None:
                session.add(
                    WorkspaceMembership(
                        role=persona.workspace_role,
                        workspace_id=project.workspace_id,
                        user_id=issued.user_id,
                    )
                )
            await session.flush()
            if persona.credential is Credential.REVOKED:
                await revoke_token(session, issued.id)
            if persona.credential is Credential.EXPIRED:
                past = datetime(2020, 1, 1, tzinfo=UTC)
                await session.execute(
                    update(ApiToken).where(ApiToken.id == issued.id).values(expires_at=past)
                )
        return issued

    async def _token(self, email: str, scopes: tuple[str, ...]) -> IssuedToken:
        async with self.services.sessions.begin() as session:
            return await create_token(session, email=email, scopes=scopes)

    async def _ticket_of(self, persona: Persona) -> str:
        issued = self.tokens[persona.name]
        if persona.credential is Credential.TICKET_OF_REVOKED:
            issued = await self._token(issued.email, persona.scopes)
        ticket = await self._ticket(issued)
        async with self.services.sessions.begin() as session:
            if persona.credential is Credential.TICKET_OF_REVOKED:
                await revoke_token(session, issued.id)
            if persona.credential is Credential.USED_TICKET:
                assert await redeem_ticket(session, ticket) is not None
        return ticket

    async def _ticket(self, issued: IssuedToken) -> str:
        async with self.services.sessions.begin() as session:
            caller = await authenticate(session, issued.token)
            assert caller is not None
            return (await issue_ticket(session, caller)).ticket


@asynccontextmanager
async def opened(running: Running) -> AsyncIterator[Ground]:
    """Ground with nothing on it but the owner, on a service without a worker."""
    async with running.services.sessions.begin() as session:
        owner = await create_token(session, email="ann@example.org", scopes=("exports", "imports"))
    async with httpx.AsyncClient(base_url=running.url, timeout=REQUEST_SECONDS) as client:
        yield Ground(running.services, client, owner)


@asynccontextmanager
async def prepared(running: Running) -> AsyncIterator[Ground]:
    """Ground with all of it."""
    async with opened(running) as ground:
        await ground.fill()
        yield ground


# What good requests carry besides their credentials, by what comes after the projects.
BODIES: Mapping[str, Mapping[str, Any]] = {
    "POST ": {"json": {"name": "Another tale"}},
    "POST /{project_id}/exports": {"json": {"format": "storyarn"}},
    "POST /{project_id}/imports": {"files": {"file": ("tale.json", tale("Jon"), "application/json")}},
    "POST /{project_id}/imports/{import_id}/execute": {"json": {"conflict_resolution": "skip"}},
    "POST /{project_id}/localization": {"files": {"file": ("texts.csv", TEXTS, "text/csv")}},
    "PUT /{project_id}/assets/{asset_id}/content": {"content": PICTURE},
}


def body_of(method: str, path: str) -> Mapping[str, Any]:
    """What a good request carries besides its credential."""
    return BODIES.get(f"{method} {path.removeprefix('/api/projects')}", {})
