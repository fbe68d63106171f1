"""Every two values of any two options, on the project of all odd things: valid, and the same when it comes back."""

import asyncio
import copy
import hashlib
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator

from storyarn_export.domain.options import Compression
from storyarn_export.queueing.queue import EXPORTS, IMPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.test_api_import_bytes import executed
from tests.factories.canonical import Canonical, canonical, differences, parse, walk
from tests.factories.catalogue import FLAT, catalogue
from tests.factories.contents import png
from tests.factories.documents import encode, node
from tests.factories.outages import eventually
from tests.factories.packed import unpacked
from tests.factories.pairs import Case, all_pairs

SCHEMA = Draft202012Validator(
    json.loads(
        Path("src/storyarn_export/serializers/formats/storyarn/storyarn-1.0.0.schema.json").read_text()
    )
)
BOTH = (True, False)
CHOSEN = ("all", "some", "none")
PARAMETERS = {
    "include_sheets": BOTH,
    "include_flows": BOTH,
    "include_scenes": BOTH,
    "include_screenplays": BOTH,
    "include_localization": BOTH,
    "include_assets": ("references", "embedded", "bundled", "none"),
    "languages": CHOSEN,
    "flow_ids": CHOSEN,
    "sheet_ids": CHOSEN,
    "scene_ids": CHOSEN,
    "validate_before_export": BOTH,
    "pretty_print": BOTH,
    "compression": ("none", "gzip", "zstd"),
}
SECTIONS = {
    "include_sheets": "sheets",
    "include_flows": "flows",
    "include_scenes": "scenes",
    "include_screenplays": "screenplays",
    "include_localization": "localization",
}
# Names of what "some" are.
SOME = {"flow_ids": ("Main",), "sheet_ids": ("Friend", "Heir"), "scene_ids": ("Inner",)}
LANGUAGES = ("de", "fr")


def is_possible(case: Case) -> bool:
    return case.get("include_assets") != "bundled" or case.get("compression", "none") == "none"


CASES = all_pairs(PARAMETERS, possible=is_possible)


def sound() -> dict[str, Any]:
    """The catalogue without the errors that stop an export."""
    made = copy.deepcopy(catalogue())
    main, called, empty, twice = made["flows"]
    empty["nodes"] = [node(9_001, "entry")]
    del twice["nodes"][1]
    for one in main["nodes"]:
        data = one["data"]
        if not isinstance(data, dict):
            continue
        if data.get("speaker_sheet_id") is True:
            data["speaker_sheet_id"] = None
        if one["type"] == "condition" and data["condition"] != FLAT and "blocks" not in data["condition"]:
            data["condition"] = FLAT
        for response in data.get("responses") or []:
            if response.get("instruction") == "lose an hour":
                response["instruction"] = None
    called["nodes"] = [one for one in called["nodes"] if one["data"].get("target_type") != "moon"]
    return made


@dataclass(frozen=True)
class Whole:
    """A project with everything in it, and its whole document."""

    project: str
    document: dict[str, Any]
    ids: Mapping[str, list[str]]
    contents: Mapping[str, bytes]


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.fixture(autouse=True)
async def working(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(serve_worker(service.services, [EXPORTS, IMPORTS], stop=stop))
    yield
    stop.set()
    await task


async def whole(service: Running, ann: Member, projects: Projects, document: dict[str, Any]) -> Whole:
    """The project of a document, with bytes for all its assets but one."""
    project = await projects.make(ann)
    await executed(ann, project, encode(document))
    items = (await ann.get(f"/api/projects/{project}/assets")).json()["items"]
    contents = {}
    for number, item in enumerate(items[:-1]):
        await service.services.bulk.execute(
            "UPDATE assets SET content_type = 'image/png' WHERE id = $1", int(item["id"])
        )
        content = png(1_000 + 100_000 * number, number)
        answer = await ann.client.put(f"/api/projects/{project}/assets/{item['id']}/content", content=content)
        assert answer.status_code == 200, answer.text
        contents[hashlib.sha256(content).hexdigest()] = content
    _, shown = await exported(ann, project, {"validate_before_export": False})
    ids = {
        option: [one["id"] for one in shown[option.removesuffix("_ids") + "s"] if one["name"] in names]
        for option, names in SOME.items()
    }
    assert all(ids.values())
    return Whole(project, shown, ids, contents)


async def exported(
    ann: Member, project: str, options: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The job of an export, and its document; the bytes of a bundle are put into it."""
    answer = await ann.post(
        f"/api/projects/{project}/exports", {"format": "storyarn", "options": dict(options)}
    )
    assert answer.status_code in {201, 202}, answer.text
    url = answer.headers["location"]

    async def over() -> bool:
        return (await ann.get(url)).json()["status"] in {"completed", "failed"}

    await eventually(over)
    job = (await ann.get(url)).json()
    assert job["status"] == "completed", job["error"]
    file = (await ann.get(job["download_url"])).content
    return {**job, "file": file}, opened(file, job["options"])


def opened(file: bytes, options: Mapping[str, Any]) -> dict[str, Any]:
    if options["compression"] != "none":
        file = unpacked(file, Compression(options["compression"]))
    if options["include_assets"] != "bundled":
        whole: dict[str, Any] = parse(file)
        return whole
    with ZipFile(BytesIO(file)) as archive:
        document: dict[str, Any] = parse(archive.read("project.json"))
        for item in document["assets"]["items"]:
            item["bytes"] = None if item["path"] is None else archive.read(item["path"])
    return document


def asked(case: Case, ids: Mapping[str, list[str]]) -> dict[str, Any]:
    """A case as the API takes it."""
    options: dict[str, Any] = dict(case)
    for name, some in {**ids, "languages": list(LANGUAGES)}.items():
        options[name] = {"all": "all", "some": some, "none": []}[str(case[name])]
    return options


class References(Canonical):
    """What a document refers to and does not hold."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.leaving: set[tuple[str, str]] = set()
        super().__init__(document)

    def _name(self, kind: str, old: Any) -> str | None:
        named = super()._name(kind, old)
        if named is None and old is not None:
            self.leaving.add((kind, str(old)))
        return named


def stripped(document: dict[str, Any]) -> dict[str, Any]:
    """A document as one that parses numbers as the schema knows them, without what a test has put into it."""
    made: dict[str, Any] = json.loads(json.dumps(document, default=_plain))
    for item in made.get("assets", {}).get("items", []):
        item.pop("bytes", None)
    return made


def _plain(value: Decimal | bytes) -> float | None:
    return None if isinstance(value, bytes) else float(value)


def comparable(document: dict[str, Any]) -> Any:
    """The canonical form, without ids in paths, and without what differed only in what is not in the file."""
    form = canonical(document)
    stored = document.get("localization", {}).get("strings", [])
    for string, form_of_it in zip(stored, form.get("localization", {}).get("strings", []), strict=True):
        # A mention that was emptied on the way has changed the text, and the hash with it.
        if string["source_text_hash"] == hashlib.sha256((string["source_text"] or "").encode()).hexdigest():
            form_of_it["source_text_hash"] = "fits"
        for one in form_of_it["translations"].values():
            for key in one.keys() & form_of_it.keys():
                if one[key] == form_of_it[key]:
                    del one[key]
    for item in form.get("assets", {}).get("items", []):
        if item.get("path") is not None:
            item["path"] = item["path"].partition("-")[2]
    return form


def test_every_pair_is_there() -> None:
    seen = {
        frozenset({(one, first[one]), (other, first[other])})
        for first in CASES
        for one in PARAMETERS
        for other in PARAMETERS
        if one != other
    }
    wanted = {
        frozenset({(one, value), (other, second)})
        for one, values in PARAMETERS.items()
        for other, others in PARAMETERS.items()
        for value in values
        for second in others
        if one != other and is_possible({one: value, other: second})
    }
    assert seen == wanted
    assert len(CASES) < 30


async def test_all_pairs_of_options(service: Running, ann: Member, projects: Projects) -> None:
    odd = await whole(service, ann, projects, catalogue())
    even = await whole(service, ann, projects, sound())
    for case in CASES:
        source = even if case["validate_before_export"] else odd
        options = asked(case, source.ids)
        job, document = await exported(ann, source.project, options)
        assert job["options"] == {**options, "version": "1.0.0"}
        judge(source, case, document, job)
        other = await projects.make(ann)
        await executed(ann, other, job["file"])
        # What was chosen by id is all that is there now.
        everything = dict.fromkeys(source.ids, "all")
        _, again = await exported(ann, other, {**options, **everything, "validate_before_export": False})
        found = list(differences(comparable(document), comparable(again)))
        assert not found, f"{case}:\n" + "\n".join(found[:20])


def judge(source: Whole, case: Case, document: dict[str, Any], job: dict[str, Any]) -> None:
    """What every file has to be, whatever was asked for."""
    SCHEMA.validate(stripped(document))
    wanted = {section for option, section in SECTIONS.items() if case[option]}
    assert set(SECTIONS.values()) & document.keys() == wanted
    assert ("assets" in document) == (case["include_assets"] != "none")
    for option, ids in source.ids.items():
        section = option.removesuffix("_ids") + "s"
        if section in document:
            held = [one["id"] for one in document[section]]
            everything = [one["id"] for one in source.document[section]]
            assert held == {"all": everything, "some": ids, "none": []}[str(case[option])]
    if "localization" in document:
        judge_languages(case, document["localization"])
    judge_assets(source, case, document)
    judge_references(source, case, document)
    assert job["entities"]["total"] == job["entities"]["processed"]


def judge_languages(case: Case, localization: dict[str, Any]) -> None:
    locales = {one["locale_code"] for one in localization["languages"]}
    locales |= {locale for one in localization["strings"] for locale in one["translations"]}
    locales |= {locale for one in localization["glossary"] for locale in one["translations"]}
    if case["languages"] == "none":
        assert not locales
    elif case["languages"] == "some":
        assert locales <= set(LANGUAGES)


def judge_assets(source: Whole, case: Case, document: dict[str, Any]) -> None:
    """All of them where they are named only; those that are used where their bytes come with a part."""
    items = document.get("assets", {}).get("items", [])
    held = {one["id"] for one in items}
    everything = {one["id"] for one in source.document["assets"]["items"]}
    carries = case["include_assets"] in {"embedded", "bundled"}
    part = not all(case[option] for option in list(SECTIONS)[:4]) or any(
        case[option] != "all" for option in source.ids
    )
    if not items and case["include_assets"] == "none":
        return
    if carries and part:
        bare = {**document, "assets": {"mode": "references", "items": []}}
        used = {old for kind, old in References(bare).leaving if kind == "asset"}
        assert held == used & everything
    else:
        assert held == everything
    for item in items if carries else ():
        content = item["bytes"] if "bytes" in item else item["data"] and b64decode(item["data"])
        assert content == (item["sha256"] and source.contents[item["sha256"]])


def judge_references(source: Whole, case: Case, document: dict[str, Any]) -> None:
    """What leaves the file and is in the project is told."""
    there = {(kind, one["id"]) for kind, one, _ in walk(source.document)}
    validation = document["metadata"]["validation"] or {"info": [], "status": None}
    told = {
        (one["target_type"], one["target_id"])
        for one in validation["info"]
        if one["rule"] == "external_reference"
    }
    assert told == References(document).leaving & there, case
    if case["validate_before_export"]:
        assert validation["status"] in {"passed", "warnings"}


async def test_ids_are_strict(ann: Member, projects: Projects) -> None:
    mine, other = await projects.make(ann, sheets=1, flows=1), await projects.make(ann, sheets=1)
    _, document = await exported(ann, other, {})
    foreign = document["sheets"][0]["id"]
    for wrong in ({"sheet_ids": [foreign]}, {"flow_ids": ["4711"], "sheet_ids": [foreign, "4712"]}):
        answer = await ann.post(f"/api/projects/{mine}/exports", {"format": "storyarn", "options": wrong})
        assert answer.status_code == 422
        named = {(one["path"], one["message"].split()[-2]) for one in answer.json()["errors"]}
        assert named == {(f"options.{option}", one) for option, ids in wrong.items() for one in ids}
