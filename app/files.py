"""Static files, served in front of the app."""

from typing import Any

from whitenoise import WhiteNoise

from .headers import add_missing


class ProtectedFiles(WhiteNoise):
    """WhiteNoise with our headers on all it answers; its own hook leaves out 304, 405 and 416."""

    @staticmethod
    def serve(static_file: Any, environ: dict[str, Any], start_response: Any) -> Any:
        """The file, or why not."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            add_missing(headers)
            return start_response(status, headers, *error)

        return WhiteNoise.serve(static_file, environ, start)
