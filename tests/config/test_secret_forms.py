"""A value after a telling name is found in every form in which files give one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.secret_text import stripped_settings

SECRET = "c4naryS3cr3tValue99"
FORMS = (
    "export TOKEN={}", "TOKEN+={}", "password := {}", "password ?= {}", "password:{}",
    "'password' => '{}'", "[client]\npassword = \"a#{}\"", "SETUVAR API_TOKEN:{}",
    'vim.env["OPENAI_API_KEY"] = "{}"', 'os.environ["API_TOKEN"] = "{}"',
    "declare -A k=([token]={})", "tokens=({} b)", '{{"password": {{"value": "{}"}}}}',
    '{{"tokens": ["{}"]}}', 'imap_pass="{}"', "remotepass = {}", "pass: {}",
    "export MYSQL_PWD={}", "export GITHUB_PAT={}", "//r/:_auth={}", '{{"pat": "{}"}}',
    '{{"auths": {{"x": {{"auth": "{}"}}}}}}', 'export BW_SESSION="{}"', 'psk="{}"',
    "consumer_key: {}", "AccountKey={}", "encryption_key: {}", "Server=x;Pwd={};",
    "https://h/?sig={}", "set -gx API_TOKEN {}", 'set -x DB_PASSWORD "{}"',
    "setenv API_KEY {}", '(setq openai-api-key "{}")', '(setenv "API_TOKEN" "{}")',
    "alias x='tool --password {}'", "alias x='tool --api-key {}'", "passphrase {}",
    "machine h\n login me\n password {}", "machine h login me password\n {}",
    "password: |\n  {}\n", "password: >-\n\n  {}\n", 'password = """\n{}\n"""',
    "export TOKEN=\\\n{}", "export TOKEN=$'{}'", "export TOKEN=${{TOKEN:-{}}}",
    "export TOKEN=$(echo {})", "TOKEN=`echo {}`", "read TOKEN <<EOF\n{}\nEOF",
    "gh auth login --with-token <<< {}", "<password>{}</password>",
    "<password>\n{}\n</password>", '<add key="ClearTextPassword" value="{}" />',
    "<key>apiToken</key>\n<string>{}</string>", "Authorization: Basic {}",
    'header = "Authorization: Basic {}"', "extraheader = AUTHORIZATION: basic {}",
    "alias x=\"curl -H 'Authorization: token {}'\"", "alias x=\"curl -b 'sid={}'\"",
    "alias x='curl -u me:{} h'", 'user = "me:{}"', 'proxy-user = "me:{}"', "-u me:{}",
    "alias x='curl --user me:{}'", "alias x='mysql -p{}'", "alias x='sshpass -p {}'",
    "url = https://{}@github.com/x", "https://hooks.slack.com/services/T0/B0/{}",
    'set_token("{}")', "setToken('{}')", 'client.auth_token = make("{}")',
    "api_key({})", 'let g:x#token("{}")', "printf -v TOKEN %s {}", "TOKEN[0]={}",
    'os.setenv("TOKEN","{}")', 'vim.fn.setenv("TOKEN", "{}")', '(:token "{}")',
    '(setf (get :token) "{}")', '{{:token "{}"}}', 'token <- "{}"', 'token -> "{}"',
    'token "{}"', "token {}", "oauth_token: !!str {}", "token: &a {}",
    '<token value="{}"/>', '<property name="token">{}</property>',
    "helper = \"!f() {{ printf 'password=%s' {}; }}; f\"",
    "echo {} | docker login --password-stdin",
    "p\u0430ssword = {}", "\u0440assword={}", "\uff50\uff41\uff53\uff53word={}",
    "t\u03bfken: {}", "se\u200bcret={}", "pa\u00adssword={}", "passw\u00f6rd={}",
    "\u0455ecret = {}", "API_K\u0395Y={}", "\u1d1b\u1d0f\u1d0b\u1d07\u0274: {}",
    "AGE-SECRET-KEY-1{}", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n{}",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_found_in_each_form(form: str) -> None:
    text = f"# first\n{form.format(SECRET)}\n# last\n"

    clean, lines = stripped_settings(text)

    assert SECRET not in clean
    assert lines
    assert clean.startswith("# first\n")
    assert clean.endswith("# last\n") or form.startswith("-----")
    assert clean.count("\n") == text.count("\n")
    assert stripped_settings(clean) == (clean, ())


@pytest.mark.parametrize(
    "line",
    [
        *("set nu", "set -o vi", "set passwordfile ~/x", "helper = store", "set -x"),
        *('key = "ctrl+shift+p"', "bind-key -T copy-mode-vi v send-keys", "map a b"),
        *('"commit": "077102c5bfc578693f12377846d427f49bc50076"', "author = Ann"),
        *("signingkey = ~/.ssh/id.pub", "compass = log --oneline", "passthrough = on"),
        *("export GPG_TTY=$(tty)", 'cdpass() { cd "$1"; }', "attach-session -t main"),
        *("docker run --user 1000:1000 x", "chown user:group x", "rsync -u a:b c"),
        *('curl -H "Authorization: Bearer $TOKEN" h', 'curl -u "$USER:$PASS" h'),
        *("mysql -p", "auth = none", "cookie = none", "password = false", "PWD=/x"),
        *("http://localhost:8080/path?key=value", "git push -u origin HEAD"),
        *("get_token()", "# a token of OAUTH2V2_SCOPES, see x", "plug 'a/token2json'"),
        *("setToken(value)", "exists('passwords')", "token = $OAUTH2TOKEN4ME"),
        *("# die Passw\u00f6rter stehen nicht hier", "a <- b"),
    ],
)
def test_an_ordinary_line_stays(line: str) -> None:
    """Or nobody's dotfiles would work in a box."""
    assert stripped_settings(line) == (line, ())


PARTS = """token password = : " ' | < > { [ $( echo ${ -u user key a1b2c3d4e5 set
    <<EOF authorization :// @ curl -b \"\"\" pat _"""


@given(st.lists(st.sampled_from([" ", "\n", "\\\n", *PARTS.split()]), max_size=60))
def test_any_text_keeps_its_lines(parts: list[str]) -> None:
    text = "".join(parts)

    assert stripped_settings(text)[0].count("\n") == text.count("\n")
