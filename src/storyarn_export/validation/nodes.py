"""The nodes of one flow, each through the rules for its type."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from storyarn_export.domain.story import Kind
from storyarn_export.validation.judges import Judges
from storyarn_export.validation.links import id_of
from storyarn_export.validation.pins import case_pins, response_pins
from storyarn_export.validation.report import Place, Target
from storyarn_export.validation.rules import Code
from storyarn_export.validation.texts import is_blank

EXIT_TARGETS = frozenset({Kind.SCENE, Kind.FLOW})
TO_A_FLOW = "flow_reference"
LINE_TEXTS = ("text", "stage_directions")


class Nodes:
    """Goes through the nodes of a flow in the order of their ids.

    Args:
        root: the flow, as messages call it.
        contents: what `queries/flows.sql` has sent of nodes, parsed; those that it has not hold nothing more.
        mentioning: those of them in whose texts there may be mentions.
        hubs: the hub of each name.
        judges: look at the parts.

    Attributes:
        pins: output pins of the nodes that have others than their type says.
        jumps: the hubs that jumps name, by jump.
        calls: the flows that are called.
        subflows: the flow of each subflow.
    """

    def __init__(
        self,
        root: str,
        contents: Mapping[int, Any],
        mentioning: AbstractSet[int],
        hubs: Mapping[str, int],
        judges: Judges,
    ) -> None:
        self._root = root
        self._contents = contents
        self._mentioning = mentioning
        self._hubs = hubs
        self._findings = judges.findings
        self._links = judges.links
        self._logic = judges.logic
        self._usage = judges.usage
        self.pins: dict[int, frozenset[str]] = {}
        self.jumps: dict[int, str] = {}
        self.calls: set[str] = set()
        self.subflows: dict[int, str] = {}
        self._rules: dict[str, Callable[[int, Any], None]] = {
            "dialogue": self._dialogue,
            "condition": self._condition,
            "instruction": self._instruction,
            "jump": self._jump,
            "subflow": self._subflow,
            "exit": self._exit,
            "scene": self._scene,
        }

    def look(self, node_id: int, kind: str, name: Any) -> None:
        """Look at a node.

        Args:
            node_id: its id.
            kind: its type.
            name: what it names, see `queries/flows.sql`.
        """
        rule = self._rules.get(kind)
        if rule is not None:
            rule(node_id, name)

    def place(self, node_id: int, kind: str) -> Place:
        """The node, as findings name it."""
        return Place("node", str(node_id), kind.capitalize(), self._root)

    def _dialogue(self, node_id: int, speaker: Any) -> None:
        speaker_id = id_of(speaker)
        place: Place | None = None
        if speaker_id is None:
            place = self.place(node_id, "dialogue")
            self._findings.add(Code.MISSING_SPEAKERS, place, " names no speaker.")
        elif self._links.holds(Kind.SHEET, speaker_id):
            self._usage.id(speaker_id)
        else:
            place = self.place(node_id, "dialogue")
            self._links.check(place, "speaker", Kind.SHEET, speaker)
            self._usage.id(speaker_id)
        if node_id in self._contents:
            self._line(node_id, place or self.place(node_id, "dialogue"), self._contents[node_id])

    def _line(self, node_id: int, place: Place, content: Any) -> None:
        held = content if isinstance(content, dict) else {}
        self._links.check(place, "audio", Kind.ASSET, held.get("audio_asset_id"))
        second = held.get("dual_dialogue")
        if isinstance(second, dict):
            self._usage.id(
                self._links.check(place, "second speaker", Kind.SHEET, second.get("speaker_sheet_id"))
            )
            self._links.check(place, "second audio", Kind.ASSET, second.get("audio_asset_id"))
        responses = held.get("responses")
        if isinstance(responses, list) and responses:
            self.pins[node_id] = response_pins(responses)
            for index, response in enumerate(responses):
                self._logic.response(place, response, index)
        elif is_blank(held.get("text")):
            self._findings.add(Code.EMPTY_DIALOGUE, place, " says nothing.")
        if node_id in self._mentioning:
            self._mentions(place, held, second, responses)

    def _mentions(self, place: Place, held: dict[str, Any], second: Any, responses: Any) -> None:
        spoken = [second, *(responses if isinstance(responses, list) else ())]
        texts = [held.get(name) for name in LINE_TEXTS]
        texts += [one.get("text") for one in spoken if isinstance(one, dict)]
        for text in texts:
            self._usage.ids(self._links.mentions(place, text))

    def _condition(self, node_id: int, _: Any) -> None:
        content = self._contents.get(node_id)
        if not isinstance(content, dict):
            return
        found = self._logic.condition(self.place(node_id, "condition"), content.get("condition"))
        if content.get("switch_mode") is True:
            self.pins[node_id] = case_pins(found.cases)

    def _instruction(self, node_id: int, _: Any) -> None:
        stored = self._contents.get(node_id)
        if stored is not None:
            self._logic.assignments(self.place(node_id, "instruction"), stored)

    def _jump(self, node_id: int, name: Any) -> None:
        hub = id_of(name)
        if hub is None:
            self._findings.add(Code.MISSING_JUMP_TARGET, self.place(node_id, "jump"), " names no hub.")
            return
        self.jumps[node_id] = hub
        if hub not in self._hubs:
            says = f' names the hub "{hub}", which is not in the flow.'
            place = self.place(node_id, "jump")
            self._findings.add(Code.BROKEN_REFERENCES, place, says, Target("hub", hub))

    def _subflow(self, node_id: int, flow: Any) -> None:
        called = self._called(self.place(node_id, "subflow"), flow, Code.MISSING_SUBFLOW_REFERENCE)
        if called is not None:
            self.subflows[node_id] = called

    def _exit(self, node_id: int, _: Any) -> None:
        content = self._contents.get(node_id)
        if not isinstance(content, dict):
            return
        place = self.place(node_id, "exit")
        if content.get("exit_mode") == TO_A_FLOW:
            self._called(place, content.get("referenced_flow_id"), Code.MISSING_EXIT_FLOW_REFERENCE)
        self._links.typed(place, "target", EXIT_TARGETS, content.get("target_type"), content.get("target_id"))

    def _called(self, place: Place, flow: Any, missing: Code) -> str | None:
        called = self._links.check(place, "flow", Kind.FLOW, flow)
        if called is None:
            self._findings.add(missing, place, " names no flow.")
        else:
            self.calls.add(called)
        return called

    def _scene(self, node_id: int, location: Any) -> None:
        place = self.place(node_id, "scene")
        self._usage.id(self._links.check(place, "location", Kind.SHEET, location))
        content = self._contents.get(node_id)
        if isinstance(content, dict):
            self._links.check(place, "scene", Kind.SCENE, content.get("scene_id"))
            self._usage.ids(self._links.mentions(place, content.get("description")))
