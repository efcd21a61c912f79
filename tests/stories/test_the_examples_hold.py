"""The examples in FEDERATION.md: what others send has the effect that the document says, and every type has an example."""

import json
import re
from pathlib import Path
from typing import Any

from syndicate.federation.inbox.dispatch import HANDLERS
from tests.instances import RunningInstance
from tests.peer import Peer

TEXT = (Path(__file__).parents[2] / "FEDERATION.md").read_text(encoding="utf-8")
SENT, ACCEPTED = TEXT[TEXT.index("## What we send") :].split("### Accepted")
VERDICTS = {
    "Follow": "done follow.accepted",
    "Create": "done comment.open",
    "Update": "done comment.edited",
    "Delete": "done delete.comment",
    "Like": "done like.counted",
    "EmojiReact": "done like.counted",
    "Announce": "done announce.counted",
    "Undo": "done undo.reaction",
    "Accept": "refused follow.not-asked",
    "Block": "done block.unfollowed",
    "Flag": "held report.kept",
    "Move": "ignored move.not-followed",
    "QuoteRequest": "done quote.allowed",
    "FeatureRequest": "refused feature.not-allowed",
    "Add": "ignored collection.not-ours",
}


def examples(text: str) -> list[dict[str, Any]]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


async def test_what_others_send_has_the_effect_that_the_document_says(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    verdicts = {}
    for example in examples(ACCEPTED.replace("https://blog.example/posts/01a1", post.uri)):
        open_instance.clock.advance(minutes=15)
        assert (await ann.send(example)).status == 202, example
        await open_instance.settle()
        [*_, (type, outcome, reason)] = await open_instance.verdicts()
        verdicts[type] = f"{outcome} {reason}"
    assert verdicts == VERDICTS


def test_every_type_has_an_example() -> None:
    same_form = {"Reject", "Remove", "ReplyRequest"}
    assert {example["type"] for example in examples(ACCEPTED)} | same_form == set(HANDLERS)
    table = SENT[: SENT.index("## What we accept")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    named = {type for row in rows for type in re.findall("`([A-Z][A-Za-z]+)`", row)} - {"Tombstone"}
    shown = {example["type"] for example in examples(SENT)} | same_form
    assert named <= shown | {"Note"}
