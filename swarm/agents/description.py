"""The description of one agent: what its TOML file says, one class for each table.

Every field is a key of the file. A field without a default must be written.
"""

from dataclasses import dataclass, field
from typing import Literal

Way = Literal["screen", "headless"]
"""How an agent runs: on its own screen in a pane, or on a prompt until it ends."""
WAYS: tuple[Way, ...] = ("screen", "headless")
McpFormat = Literal[
    "", "claude", "cline", "codex", "copilot", "gemini", "kimi", "opencode", "qwen",
    "vibe",
]  # fmt: skip
"""The formats of MCP servers, which `mcp.py` writes."""
MODES = ("ask", "edits", "full")
"""What an agent may do unasked: nothing, change files, or everything."""


@dataclass(frozen=True, slots=True)
class Image:
    """`[image]`: the package that is put on the base, with its exact version."""

    manager: Literal["npm", "pypi", "none"] = "none"
    package: str = ""
    version: str = ""
    binary: str = ""
    """The program that the package brings."""
    node: str = ""
    """The version of Node that runs it; empty if it needs none."""
    python: str = ""
    """The versions of Python that it runs on, such as `<=3.12`."""
    native: bool = False
    """It is a plain binary; Node is needed to fetch it alone."""
    extra: tuple[str, ...] = ()
    """More packages of the same manager, each with its exact version."""
    integrity: str = ""
    """What the registry states of the package; another one is refused."""
    scripts: bool = False
    """Install scripts (npm) or builds from source (pypi) run while it is fetched."""
    reference: str = ""
    """An image that has it already, as the container engine names it."""


@dataclass(frozen=True, slots=True)
class State:
    """`[state]`: what the agent keeps in its home; `~/` is that home."""

    keep: tuple[str, ...] = ()
    login: tuple[str, ...] = ()
    transcript: str = ""
    """The file of one conversation; `{conversation}` is its id."""


@dataclass(frozen=True, slots=True)
class Seed:
    """`[[seed]]`: a file that is put into a new home, and never over one."""

    path: str
    """In the home, such as `~/.claude.json`."""
    text: str
    """Holds `{key}`, `{key_tail}`, `{endpoint}`, `{model}` and `{workspace}`."""


Protocol = Literal["anthropic", "responses", "chat", "gemini", "own"]


@dataclass(frozen=True, slots=True)
class Model:
    """`[model]`: how the agent asks its model, and by which variables."""

    protocol: Protocol = "own"
    key: str = ""
    """The variable of its key; in the sandbox it holds a placeholder."""
    endpoint: str = ""
    """The variable of its endpoint's address."""
    url: str = ""
    """The endpoint, if the agent must be told; a setting of the user's goes first."""
    default: str = ""
    """The model, if the agent must be told."""
    edits: Literal["tools", "text"] = "tools"
    """How it takes edits from its model: by calls of tools, or from what the model says
    (then it commits them itself, and runs no command unasked)."""
    ends: str = ""
    """The command by which its model ends a turn; empty if words end it."""


@dataclass(frozen=True, slots=True)
class Mode:
    """`[mode.NAME]`: a mode in the agent's own words."""

    argv: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    unasked: tuple[str, ...] = ()
    """Tools that the mode allows, if the agent asks its hook of them all the same."""


@dataclass(frozen=True, slots=True)
class Project:
    """`[project]`: what it obeys of a repository, which an untrusted hand may have
    written; it could do more unasked by it than its mode lets it."""

    held: Literal["", "none", "off", "refused"] = ""
    """How its modes below `full` hold beside such settings: it obeys `none`; the mode's
    own words switch them `off`; a repository that has some is `refused`. Empty: nobody
    has looked."""
    settings: tuple[str, ...] = ()
    """Files and folders of a repository, relative to its root."""
    rules: str = ""
    """The repository's rules that it does not read by itself in such a mode; its
    briefing names them."""
    keys: dict[str, str] = field(default_factory=dict)
    """Of a file that has other uses, what a line begins with that counts; a regular
    expression."""


@dataclass(frozen=True, slots=True)
class Screen:
    """`[screen]`: the agent on its own screen, in a pane."""

    argv: tuple[str, ...]
    prompt: Literal["argument", "paste", "file"] = "argument"
    guard: str = ""
    """Stands before a prompt that begins with one of `guarded`: it is text then."""
    guarded: str = "/!#@"
    longest: int = 0
    """Bytes of a prompt; its screen does not come to an end with more. Zero for any."""
    modes: tuple[str, ...] = ()
    """The modes that hold in this way; empty for all of the agent's."""


@dataclass(frozen=True, slots=True)
class Headless:
    """`[headless]`: the agent on one prompt, until it ends by itself."""

    argv: tuple[str, ...]
    prompt: Literal["argument", "stdin", "file"] = "argument"
    guard: str = ""
    guarded: str = "/!#@"
    stream: str = ""
    """The format of what it prints; empty for text."""
    finished: str = ""
    """The event that proves the end; an exit code proves nothing."""
    modes: tuple[str, ...] = ()
    """As of a screen: an agent may do unasked what it cannot ask anyone for."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`[conversation]`: how a conversation is named, begun and taken up again."""

    id: Literal["chosen", "stream", "file", "none"] = "none"
    """Who names it: swarm, an event of its stream, a file's name, or nobody."""
    begin: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    ways: tuple[Way, ...] = WAYS
    """The ways to run in which it is taken up again."""
    prompt: Literal["", "paste"] = ""
    """How a prompt reaches a screen that has taken it up; empty: as at its begin."""
    last: tuple[str, ...] = ()
    """Takes up the newest conversation of its home, where no id is known."""
    file: str = ""
    """A glob in the home; the id is what `{id}` stands for."""


@dataclass(frozen=True, slots=True)
class Login:
    """`[login]`: the agent's own sign-in."""

    argv: tuple[str, ...] = ()
    kind: Literal["device", "paste", "key", "none"] = "none"
    done: str = ""
    """The file that is there afterwards."""
    tokens: str = "none"
    """The kind, of `tokens`, that is held outside or shared; `lock`: it can be neither,
    for it does not say whose it is; `none`."""


@dataclass(frozen=True, slots=True)
class Side:
    """`[side]`: a second way to the conversation, beside the screen."""

    kind: Literal["none", "hooks", "opencode", "codex", "qwen"] = "none"
    """The driver, one of `swarm/box`."""
    argv: tuple[str, ...] = ()
    """Options that stand for `{side}`; `{side_file}` is the file of `settings`."""
    settings: str = ""
    """A read-only file; `{hook}` in it is the program that asks and waits."""
    place: str = ""
    """Where in its home that file is linked, if no option or variable names it."""
    port: int = 0
    """Where the agent listens, on the sandbox's own loopback."""
    server: tuple[str, ...] = ()
    """A program that runs beside the screen; `{hook}` is the one of swarm's for it."""
    socket: str = ""
    """Where it listens, in the sandbox; `{socket}` stands for it."""
    modes: tuple[str, ...] = ()
    """The modes in which there is a channel; empty for all."""
    hides_dialog: bool = False
    """Its screen shows a dialog only once the hook that waits with it has gone."""
    sends: bool = False
    """A text of the user's goes this way too."""
    types: bool = False
    """Such a text is taken as a typed one is: at its prompt, where it may be a
    command.
    """

    def is_in(self, way: str, mode: str) -> bool:
        """Whether a task that runs so has the channel."""
        is_open = not self.modes or mode in self.modes
        return self.kind != "none" and way in ("", "screen") and is_open


@dataclass(frozen=True, slots=True)
class Input:
    """`[input]`: how the field looks where a person types; regular expressions."""

    line: str = ""
    """Its first line; empty if anything may stand there."""
    edges: bool = False
    """There is an edge above and below it."""
    status: str = ""
    """A line below it, without which it is not the field."""
    foot: int = 2
    """Lines at the end of the screen in which that line must stand."""
    echo: str = ""
    """The first line of a prompt that was sent, in the scroll-back."""


@dataclass(frozen=True, slots=True)
class Cue:
    """`[cues.STATE]`, or several `[[cues.STATE]]`: how the screen looks in a state.

    `text`, `footer` and `title` are regular expressions. All three must fit, where they
    are given; of `text`, one. A title without a text counts if nothing else does.
    """

    rule: str = ""
    """What it is, in a few words."""
    place: Literal["dialog", "above", "field", "below"] = "dialog"
    """Where the text stands: in a dialog in place of the field, or at or in the field.

    In the field stands what its user types; only its empty look says anything."""
    text: tuple[str, ...] = ()
    unless: str = ""
    """A line after the text by which it is over, or was only quoted."""
    near: int = 15
    """Lines from the footer or the field in which the text must stand."""
    footer: str = ""
    foot: int = 3
    """Lines at the end of a dialog in which its footer must stand."""
    title: str = ""
    version: str = ""
    """The agent's versions that it was seen in, by commas."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """`places.briefing`: how the agent is told where it is."""

    kind: Literal["argument", "file", "none"] = "none"
    argv: tuple[str, ...] = ()
    """Options with `{briefing}` or `{briefing_file}`; they stand for `{briefing}`."""
    path: str = ""
    """A file of rules in its home."""


@dataclass(frozen=True, slots=True)
class Places:
    """`[places]`: where the agent reads what its user brings; `~/` is its home."""

    rules: str = ""
    skills: str = ""
    commands: str = ""
    mcp: str = ""
    mcp_format: McpFormat = ""
    """How it is given MCP servers; empty for an agent that is given none."""
    settings: str = ""
    follows_links: bool = True
    """It reads through links; else it is given copies, anew at each start."""
    briefing: Briefing = field(default_factory=Briefing)


@dataclass(frozen=True, slots=True)
class Agent:
    """Everything that swarm knows of one agent."""

    name: str
    """The file's name without its ending; no key."""
    title: str
    summary: str
    homepage: str = ""
    licence: str = ""
    redistribute: bool = False
    """Its licence lets a built image be passed on."""
    unavailable: str = ""
    """Why it cannot be run, and the way out; it is shipped as data only."""
    replaces: bool = False
    """A file of the user's that stands in place of the shipped one of its name."""
    needs: tuple[str, ...] = ()
    """Words that a task must bring beside its prompt."""
    services: tuple[str, ...] = ()
    """Services of the network that the agent itself needs."""
    quiet: tuple[str, ...] = ()
    """Hosts that it calls by itself, denied without a row."""
    environment: dict[str, str] = field(default_factory=dict)
    image: Image = field(default_factory=Image)
    state: State = field(default_factory=State)
    seed: tuple[Seed, ...] = ()
    model: Model = field(default_factory=Model)
    mode: dict[str, Mode] = field(default_factory=dict)
    project: Project = field(default_factory=Project)
    screen: Screen | None = None
    headless: Headless | None = None
    conversation: Conversation = field(default_factory=Conversation)
    login: Login = field(default_factory=Login)
    side: Side = field(default_factory=Side)
    input: Input = field(default_factory=Input)
    cues: dict[str, tuple[Cue, ...]] = field(default_factory=dict)
    places: Places = field(default_factory=Places)

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways in which it runs, the usual one first."""
        known: dict[Way, object] = {"screen": self.screen, "headless": self.headless}
        return tuple(way for way in WAYS if known[way] is not None)

    def modes_of(self, way: Way) -> tuple[str, ...]:
        """The modes that hold in one way to run, from the least to the most."""
        run = self.screen if way == "screen" else self.headless
        held = (run.modes if run else ()) or MODES
        return tuple(mode for mode in MODES if mode in self.mode and mode in held)

    @property
    def image_name(self) -> str:
        """The image that it runs on; empty for the config's `sandbox.image`."""
        if self.image.reference:
            return self.image.reference
        return f"agents/{self.name}" if self.image.manager != "none" else ""
