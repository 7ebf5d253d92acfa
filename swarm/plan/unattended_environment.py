"""The variables by which programs ask nothing of a terminal that nobody watches."""

_NO_PAGER = (
    "PAGER",
    "GIT_PAGER",
    "MANPAGER",
    "AWS_PAGER",
    "BAT_PAGER",
    "DELTA_PAGER",
    "GH_PAGER",
    "GLAB_PAGER",
    "PSQL_PAGER",
    "SYSTEMD_PAGER",
)
_NO_EDITOR = ("EDITOR", "VISUAL", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR")
_NO_QUESTION = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "SSH_ASKPASS_REQUIRE": "force",
    "DEBIAN_FRONTEND": "noninteractive",
    "PIP_NO_INPUT": "1",
    "PIP_YES": "1",
    "CONDA_ALWAYS_YES": "true",
    "POETRY_NO_INTERACTION": "1",
    "COMPOSER_NO_INTERACTION": "1",
    "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0",
    "npm_config_yes": "true",
    "npm_config_confirm_modules_purge": "false",
    "GH_PROMPT_DISABLED": "1",
    "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
    "TF_INPUT": "0",
}


def environment() -> dict[str, str]:
    """What a command of `--run` and a headless agent get.

    A pager prints all, an editor takes the text as it is, a password is an empty one.
    """
    return {
        **dict.fromkeys(_NO_PAGER, "cat"),
        **dict.fromkeys(_NO_EDITOR, "true"),
        **_NO_QUESTION,
    }
