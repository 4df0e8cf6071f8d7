"""One module per host: each makes its file or serves its protocol, and says what it needs.

A host module has `findings() -> list[Finding]` for `gex-xl doctor`, and, where there is something to install,
`install() -> str` and `uninstall() -> str`, which return the sentence to show.
"""

from gex_xl.hosts.requirement import Finding

__all__ = ["Finding"]
