"""The tables. Importing this package registers all of them with `Base.metadata`."""

from storyarn_export.db.models.accounts import (
    ApiToken,
    Project,
    ProjectMembership,
    StreamTicket,
    User,
    Workspace,
    WorkspaceMembership,
)
from storyarn_export.db.models.assets import Asset
from storyarn_export.db.models.base import Base
from storyarn_export.db.models.flows import Flow, FlowConnection, FlowNode
from storyarn_export.db.models.idempotency import IdempotencyKey
from storyarn_export.db.models.jobs import Chore, ExportJob, ImportJob, Tally
from storyarn_export.db.models.localization import GlossaryEntry, LocalizedText, ProjectLanguage
from storyarn_export.db.models.scenes import (
    Scene,
    SceneAnnotation,
    SceneConnection,
    SceneLayer,
    ScenePin,
    SceneZone,
)
from storyarn_export.db.models.screenplays import Screenplay, ScreenplayElement
from storyarn_export.db.models.sheets import Block, Sheet, SheetVersion, TableColumn, TableRow

__all__ = [
    "ApiToken",
    "Asset",
    "Base",
    "Block",
    "Chore",
    "ExportJob",
    "Flow",
    "FlowConnection",
    "FlowNode",
    "GlossaryEntry",
    "IdempotencyKey",
    "ImportJob",
    "LocalizedText",
    "Project",
    "ProjectLanguage",
    "ProjectMembership",
    "Scene",
    "SceneAnnotation",
    "SceneConnection",
    "SceneLayer",
    "ScenePin",
    "SceneZone",
    "Screenplay",
    "ScreenplayElement",
    "Sheet",
    "SheetVersion",
    "StreamTicket",
    "TableColumn",
    "TableRow",
    "Tally",
    "User",
    "Workspace",
    "WorkspaceMembership",
]
