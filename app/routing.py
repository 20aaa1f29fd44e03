"""How routes are kept."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A route that writes the function which builds its addresses when the first one is asked for.

    Werkzeug writes and compiles two for each route as it is added, which for all of ours took as long as importing
    Flask; a process builds addresses of few.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        write, written = super()._compile_builder, []

        def build(rule: Rule, /, **values: Any) -> Any:
            if not written:
                written.append(write(append_unknown))
            return written[0](rule, **values)

        return build
