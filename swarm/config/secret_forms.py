"""The forms in which files of settings give a value to a telling name, as patterns.

Each has two groups: what stays, and the value. Texts may be large and a stranger's, so
each pattern begins where a word does, and no part of one can match in two ways.
"""

import re

_WORD = r"(?<![\w$.-])(?=[\w.-])"
_NAME = (
    r"[\w.-]{0,80}?(?:secret|token|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|"
    r"private[_-]?key|credential|"
    r"(?<!by)(?<!com)pass(?![a-z])|(?<=_)(?:pwd|pat|auth)(?![a-z]))s?[\w-]{0,40}"
    r"(?<!sock)(?<!file)(?<!path)(?<!name)(?<!dir)(?<!type)(?<!limit)(?<!command)"
    r"(?<!program)(?<!eval)(?<!cmd)"
)
_QUOTED = r"\"[^\"\n]*+\"|'[^'\n]*+'"
_VALUE = rf"{_QUOTED}|[^\s;&|()<>\"'`]++"
_RANDOM = (
    r"[\"']?(?=[A-Za-z0-9+/_.=~-]{0,200}[0-9])(?=[A-Za-z0-9+/_.=~-]{0,200}[A-Za-z])"
)
_LETTERS = "[A-Za-z0-9+/_.=~-]"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?im){pattern}")


FORMS = (
    # Headers, and a user with a password.
    _form(r"(\bauthorization[\"']?[ \t]*[:=][ \t]*[\"']?"
          r"(?:(?:basic|bearer|token|digest|apikey)[ \t]+)?)([^\"'\n]+)"),
    _form(r"(\bcookie[\"']?[ \t]*[:=][ \t]*[\"']?)([^\"'\n]+)"),
    _form(r"(\bcurl\b[^\n]{0,300}?[ \t](?:-b|--cookie)[ \t]+[\"']?)"
          r"([^\"'\s=]+=[^\"'\n]+)"),
    _form(r"((?:\b(?:curl|https?|xh|wget)\b[^\n]{0,300}?[ \t]|^)-u[ \t]*[\"']?"
          r"[^\s:\"'@/=]{1,100}:)([^\s\"']+)"),
    _form(r"((?<![\w-])(?:--)?(?:proxy-)?user(?:[ \t]*=)?[ \t]*[\"']?"
          r"[^\s:\"'@/=]{1,100}:)((?!\d+(?:\s|\Z))[^\s\"']+)"),
    _form(r"(\bmysql\w*\b[^\n]{0,200}?[ \t]-p)([^\s\"']+)"),
    _form(r"(\bsshpass\b[^\n]{0,80}?-p[ \t]*)(\S+)"),
    _form(r"(://)([A-Za-z0-9_-]{16,})(?=@)"),
    # set -gx NAME value; (setq name "value"); --name value; passphrase value
    _form(rf"{_WORD}((?:set|setenv|setx|setq|defvar|defcustom)\b(?:[ \t]+-[\w-]+)*"
          rf"[ \t]+[\"']?{_NAME}[\"']?[ \t]+)({_VALUE})"),
    _form(rf"(?<![\w$-])(--?{_NAME}[ \t]+)((?!-)(?:{_VALUE}))"),
    _form(r"^([ \t]*(?:password|passphrase|allow-preset-passphrase)[ \t]+)"
          r"([^\s:=?+]\S*)"),
    _form(r"^([ \t]*(?:machine|default|login)\b[^\n]*password[ \t]*\n[ \t]*)(\S+)"),
    # What a shell makes of a text that stands there.
    _form(rf"{_WORD}({_NAME}=\\\n)([^\s;]+)"),
    _form(rf"{_WORD}({_NAME}=[\"']?\$\{{\w+:?[-=+?])([^${{}}\n]+)"),
    _form(rf"{_WORD}({_NAME}=[\"']?(?:\$\(|`)[ \t]*(?:echo|printf)\b)([^)`\n]+)"),
    _form(rf"{_WORD}({_NAME}=\$)({_QUOTED})"),
    _form(rf"{_WORD}({_NAME}\b[^\n<]*<<<[ \t]*)({_VALUE})"),
    _form(rf"{_WORD}({_NAME}\b[^\n<]*<<-?[ \t]*[\"']?\w+[\"']?[ \t]*\n)([^\n]+)"),
    # A call, an element of a list, a keyword of a Lisp, an arrow of R or Haskell.
    _form(rf"{_WORD}({_NAME}\([ \t]*)((?:{_QUOTED})(?=[ \t]*[,)]))"),
    _form(rf"(\([ \t]*[\"']{_NAME}[\"'][ \t]*,[ \t]*)({_QUOTED})"),
    _form(rf"{_WORD}(:{_NAME}\)?[ \t]+)({_QUOTED})"),
    _form(rf"{_WORD}({_NAME}(?:\[\w*\][ \t]*=|[ \t]*(?:<-|->))[ \t]*)({_VALUE})"),
    # A value of YAML with a tag or an anchor before it.
    _form(rf"{_WORD}({_NAME}[\"']?:[ \t]+[!&]\S*[ \t]+)({_VALUE})"),
    # XML, and what is written in it.
    _form(rf"(<{_NAME}\s[^<>\n]{{0,80}}?\bvalue[ \t]*=[ \t]*[\"'])([^\"'\n]+)"),
    _form(rf"([\"']{_NAME}[\"'][^<>\n]{{0,80}}?>)([^<\n]+)(?=</)"),
    _form(rf"(<{_NAME}(?:\s[^<>]*)?>\s*)([^<>\s][^<>]*)(?=<)"),
    _form(rf"([\"']{_NAME}[\"'][^<>\n]{{0,80}}?\bvalue[ \t]*=[ \t]*[\"'])([^\"'\n]+)"),
    _form(rf"(<key>{_NAME}</key>\s*<(?:string|data)>)([^<]+)"),
    # A text over several lines.
    _form(rf"{_WORD}({_NAME}[\"']?[ \t]*[:=][ \t]*(?:\"\"\"|'''))"
          r"([^\"']{1,4000})(?=\"\"\"|''')"),
    # A block of YAML; the first value of a list, or of a mapping.
    _form(rf"^(?P<indent>[ \t]*)(?:-[ \t]+)?(?={_WORD}[\"']?{_NAME}[\"']?:[ \t]*[|>])"
          r"([^\n]*\n)((?:(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+)"),
    _form(rf"{_WORD}({_NAME}[\"']?\s{{0,9}}[:=]\s{{0,9}}[{{(\[]\s{{0,99}}"
          r"(?:[\"']?[\w-]+[\"']?\s{0,9}[:=]\s{0,9})?[\"']?)([^\s\"',;)\]}$]{6,})"),
    # NAME = value, with the signs of make, PHP, Lua, Vim, and of maps by name.
    _form(rf"{_WORD}({_NAME}[\"']?\]?[ \t]*(?:=>|[:?+]?=(?!=)|:(?![:/])[ \t]*)[ \t]*)"
          rf"((?:{_QUOTED})(?=[\s,;}})\]]|\Z)|(?:{_VALUE})++)"),
    # A name that tells less, before a value that looks like no word.
    _form(rf"{_WORD}([\w$./:-]{{0,80}}?"
          r"(?:auth|pat|psk|pwd|pw|sas|dsn|sig|signature|session)"
          rf"[\"']?\]?[ \t]*(?:=>|[:?+]?=(?!=)|:)[ \t]*)({_RANDOM}{_LETTERS}{{8,}}"
          r"[\"']?)"),
    _form(rf"([?&;](?:sig|pwd|key|code)=)({_RANDOM}{_LETTERS}{{8,}})"),
    _form(rf"{_WORD}([\w$.-]{{0,80}}?key(?:base)?[\"']?\]?[ \t]*"
          r"(?:=>|[:?+]?=(?!=)|:)[ \t]*)"
          rf"({_RANDOM}{_LETTERS}{{16,}}[\"']?)"),
)  # fmt: skip
"""In the order in which they are taken out."""
