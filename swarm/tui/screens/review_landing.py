"""Holds the landing list that stands at the head of a review."""

from textual.content import Content

from swarm.model.landing import Conversion, LandingList, from_json
from swarm.model.safe_text import safe_line
from swarm.model.wishes import PlanLanding
from swarm.store.wish_queries import WishRecord
from swarm.tui.present import landing_lines
from swarm.tui.present.formatting import ERROR, MUTED, WARNING


class ReviewLanding:
    """The list of one reviewed tree; an answer to an older question is not shown."""

    def __init__(self, task_id: int) -> None:
        self.listed: LandingList | None = None
        """None until the keeper has answered."""
        self._task_id = task_id
        self._asked: PlanLanding | None = None
        self._refusal = ""
        self._conversions: dict[str, Conversion] = {}

    def ask(self, tree: str) -> PlanLanding:
        """The wish for the list of this tree, with the settings' strategy."""
        self.listed, self._refusal, self._conversions = None, "", {}
        self._asked = PlanLanding(self._task_id, tree=tree)
        return self._asked

    def take(self, wish: PlanLanding, record: WishRecord) -> bool:
        """Keep the answer; False if it is to another question."""
        if wish != self._asked:
            return False
        if record.outcome == "done":
            self.listed = from_json(record.result)
            self._conversions = {each.path: each for each in self.listed.conversions}
        else:
            self._refusal = record.message
        return True

    def conversion(self, path: str) -> Conversion | None:
        """The file's other bytes, if the user's git stores other ones."""
        return self._conversions.get(path)

    def line(self) -> Content:
        """The line at the head of the review."""
        if self.listed:
            return landing_lines.summary(self.listed)
        if self._refusal:
            words = (f"✕ {safe_line(self._refusal, 200)}", ERROR)
            return Content.assemble((" landing ", MUTED), words)
        if self._asked:
            words = ("asking your git what it would do …", WARNING)
            return Content.assemble((" landing ", MUTED), words)
        return Content("")
