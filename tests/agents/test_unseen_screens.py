"""Screens that no capture shows, drawn as agents document them or draw their like."""

# ruff: noqa: E501 - a screen is wider than code

from pathlib import Path

import pytest

from swarm.agents import captures, cues, registry

DRAWN = sorted((Path(__file__).parent / "drawn").iterdir())
"""Screens that quote what could deceive a rule, or are narrow, or of a next version."""
RULE = "─" * 80
CLAUDE = f"{RULE}\n❯ \n{RULE}\n  ⏸ manual mode on · ? for shortcuts"
CODEX = (
    "› Ask Codex to do anything\n\n  GPT-5.5 default · /workspace\n  ? for shortcuts"
)
GEMINI = f"{'▄' * 80}\n >   Type your message or @path/to/file\n{'▀' * 80}\n /workspace  main"
QWEN = f"{RULE}\n>   Type your message or @path/to/file\n{RULE}\n  ➜ workspace · git:(main)"
OPENCODE = "  ┃\n  ┃  Build · Stub Stub\n  ╹" + "▀" * 70 + "\n   {}   ctrl+p commands"
COPILOT = f"{RULE}\n❯\n{RULE}\n ← open sidebar · Interactive · / commands · ? help"
VIBE = f"{RULE} ask ─\n>\n\n{RULE}\n/workspace [PID 7]     9.5k/200k tokens (5%)"
CLINE = f"{RULE}\n❯ Ask anything...\n{RULE}\n stub (5,963) $0.00   ○ Plan ● Act (Tab)"
KIMI = f"╭{RULE}╮\n│ >      │\n╰{RULE}╯\n stub  /workspace\n   context: 0% (0/125k)"
PI = f"{{}}\n\n{RULE}\n/workspace (main)\n↑3.0k ↓92 $0.003 1.1%/128k (auto)     stub"


def box(*lines: str) -> str:
    inside = "\n".join(f"│ {line} │" for line in lines)
    return f"╭{RULE}╮\n{inside}\n╰{RULE}╯"


@pytest.mark.parametrize(
    ("agent", "screen", "state"),
    [
        ("claude", f"❯ x\n● Bash(ls)\n{RULE}\n Bash command\n   ls\n Do you want to "
         "proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend", "asks-permission"),
        ("claude", f"{RULE}\n Ready to code?\n Would you like to proceed?\n\n ❯ 1. Yes, "
         "and auto-accept edits\n   2. Yes\n   3. No, keep planning", "asks-permission"),
        ("claude", f"{RULE}\n Quick safety check: Is this a project you trust?\n ❯ 1. Yes, "
         "I trust this folder\n   2. No, exit\n\n Enter to confirm · Esc to exit", "first-run"),
        ("claude", " Select login method:\n ❯ 1. Claude account with subscription\n   "
         "2. Console account\n\n Enter to confirm", "needs-login"),
        ("claude", f"❯ x\n  ⎿  Invalid API key · Please run /login\n{CLAUDE}", "needs-login"),
        ("claude", f"❯ x\n  ⎿  You've hit your weekly limit · resets Dec 3, 7pm (UTC)\n"
         f"{CLAUDE}", "limited"),
        ("claude", f"❯ x\n● I saw: API Error: 429\n\n✻ Baked for 2s\n{CLAUDE}", "ready"),
        ("codex", f"› x\n\n• Edited a.py\n\n{CODEX}", "ready"),
        ("codex", f"› x\n• Thinking hard (1m 05s • esc to interrupt)\n\n{CODEX}", "working"),
        ("codex", "  Would you like to make the following edits?\n\n› 1. Yes, proceed (y)\n"
         "  2. No (esc)\n\n  Press enter to confirm or esc to cancel", "asks-permission"),
        ("codex", "  Approaching rate limits\n  Switch to gpt-mini?\n\n› 1. Switch\n  2. Keep"
         "\n\n  Press enter to confirm or esc to go back", "limited"),
        ("codex", "  Meet GPT-6 Sol\n\n› 1. Try it\n  2. Use the old one\n\n  Press enter to "
         "confirm or esc to cancel", "first-run"),
        ("codex", "  Hooks need review\n\n› 1. Review\n  2. Trust all\n\n  Press enter to "
         "confirm", "first-run"),
        ("codex", "  Do you trust the contents of this directory?\n\n› 1. Yes, continue\n  "
         "2. No, quit\n\n  Press enter to continue", "first-run"),
        ("codex", "  > 1. Sign in with ChatGPT\n  2. Sign in with Device Code\n  3. Provide "
         "your own API key\n\n  Press Enter to continue", "needs-login"),
        ("codex", f"› x\n• Reconnecting... 2/5 (3s • esc to interrupt)\n\n{CODEX}",
         "overloaded"),
        ("gemini", f"{GEMINI}", "ready"),
        ("gemini", f"⠏ Thinking ... (esc to cancel, 1m 5s)\n{RULE}\n{GEMINI}", "working"),
        ("gemini", box("? Shell ls", "Allow execution of [Shell]?", "● 1. Allow once",
         "  2. Allow for this session", "  3. No, suggest changes (esc)"),
         "asks-permission"),
        ("gemini", box("Do you trust the files in this folder?", "● 1. Trust folder (x)",
         "  2. Trust parent folder", "  3. Don't trust"), "first-run"),
        ("gemini", box("How would you like to authenticate for this project?",
         "● 1. Login with Google", "  2. Use Gemini API Key", "(Use Enter to select)"),
         "needs-login"),
        ("qwen", QWEN, "ready"),
        ("qwen", "  > x\n  ? WriteFile Writing to a.txt ←\n   Apply this change?\n   › 1. "
         "Yes, allow once\n     2. No (esc)\n\n  ⠏ Waiting for user confirmation...",
         "asks-permission"),
        ("qwen", "  > x\n  ? AskUserQuestion Ask user 1 question ←\n   Which colour?\n   › 1."
         " Red\n     2. Yes\n\n  ⠏ Waiting for user confirmation...", "asks-question"),
        ("qwen", "  > x\n  ? Shell ls ←\n   Allow execution of: 'ls'?\n     1. Yes, allow "
         "once\n   › 2. Always allow\n     3. No (esc)\n\n  ⠋ Waiting for user "
         "confirmation...", "asks-permission"),
        ("opencode", OPENCODE.format("8.3K (7%)"), "ready"),
        ("opencode", OPENCODE.format("■■■⬝⬝  esc interrupt"), "working"),
        ("opencode", OPENCODE.format("⬝■ [retrying in 1h 59m attempt #1]  esc interrupt"),
         "limited"),
        ("opencode", OPENCODE.format("⬝■ Overloaded [retrying in 4s attempt #2]"),
         "overloaded"),
        ("opencode", OPENCODE.format("⬝■ Too Many Requests [retrying in 4s attempt #2]"),
         "limited"),
        ("opencode", "  ┃\n  ┃  Which colour?\n  ┃  1. Red\n  ┃  2. Blue\n  ┃\n  ┃  ↑↓ select  "
         "enter submit  esc dismiss", "asks-question"),
        ("opencode", "  ┃  △ Permission required\n  ┃    → Edit a.py\n  ┃   Allow once   Allow "
         "always   Reject      ⇆ select  enter confirm", "asks-permission"),
        ("copilot", COPILOT, "ready"),
        ("copilot", f" ❯ x\n ✗ 429 Rate limit reached, try again in 120m0s.\n{COPILOT}",
         "limited"),
        ("copilot", box("Copilot needs information.", "Which colour?", "❯ 1. Red",
         "  2. Blue", "↑/↓ to navigate · enter to select · esc to cancel"), "asks-question"),
        ("copilot", box("Create a.py", "Do you want to create a.py?", "❯ 1. Yes",
         "  2. No (Esc)", "↑/↓ to navigate · enter to select · esc to cancel"),
         "asks-permission"),
        ("vibe", VIBE, "ready"),
        ("vibe", f"> x\n⣆  Generating… (6s Esc/Ctrl+C to interrupt)\n{VIBE}", "working"),
        ("vibe", "> x\n⣆  Approval required…\n" + box("Permission for the bash tool",
         "ls -la", "❯ 1. Yes", "  2. No", "↑↓ navigate  Enter select  Esc reject")
         + "\n/workspace [PID 7]   9.4k/200k tokens (5%)", "asks-permission"),
        ("cline", CLINE, "ready"),
        ("cline", f" ❯ x\n ⠙ Thinking... (esc to cancel)\n{CLINE}", "working"),
        ("cline", " Sign in to Cline\n ❯ Sign in with Cline\n   Use your own API key\n "
         "Enter to select", "needs-login"),
        ("cline", " Try ClinePass\n All models, one price\n ❯ Not now\n Enter to select",
         "first-run"),
        ("kimi", KIMI, "ready"),
        ("kimi", f" ✨ x\n  🌖 · Tip: none\n{KIMI}", "working"),
        ("pi", PI.format(RULE), "ready"),
        ("pi", PI.format(f"── ⠏ Working {RULE}"), "working"),
        ("pi", PI.format(f"── ⠏ Retrying (1/3) in 2s... (escape to cancel) {RULE}"),
         "overloaded"),
        ("pi", PI.format(f" Error: 429: {{\"message\":\"Rate limit\"}}\n{RULE}"), "limited"),
        ("aider", "Create new file? (Y)es/(N)o [Yes]: ", "asks-permission"),
        ("aider", "Add .aider* to .gitignore (recommended)? (Y)es/(N)o [Yes]: ", "first-run"),
        ("aider", "litellm.RateLimitError: OpenAIException - limit\nRetrying in 1.0 seconds...",
         "limited"),
        ("aider", "litellm.InternalServerError: overloaded\nRetrying in 1.0 seconds...",
         "overloaded"),
        ("aider", f"{RULE}\narchitect> ", "ready"),
    ],
)  # fmt: skip
def test_a_screen_is_read(agent: str, screen: str, state: str) -> None:
    assert cues.read_screen(registry.find(agent), screen).state == state


@pytest.mark.parametrize("file", DRAWN, ids=lambda file: file.stem)
def test_a_screen_that_quotes_another_is_read(file: Path) -> None:
    """A quoted dialog is none, and a dialog that quotes a prompt is no prompt."""
    found = captures.read(file)

    assert found.reading.state == found.head["reads"]
    assert found.reading.rule
