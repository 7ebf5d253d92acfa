"""Opens an address in the user's own browser."""

import webbrowser


def open_address(url: str) -> bool:
    """True if a browser was started; the caller has decided that it may be."""
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
