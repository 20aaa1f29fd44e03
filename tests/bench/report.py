"""The benchmark's table and JSON, and the place in README.md where the last full run stands."""

import json
import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy

from .measures import Measure, Measures

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"
MARKED = re.compile(r"(<!-- bench:start -->\n).*?(<!-- bench:end -->)", re.S)


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    return {
        "processor": f"{os.cpu_count()} cores, {_processor()}",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlalchemy": sqlalchemy.__version__,
        "taken": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def table(measures: Measures) -> str:
    """All measures as a Markdown table."""
    lines = [
        "| measure | floor | ours | ratio (min-max) | pass | aim | verdict |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join(lines + [_line(name, measure) for name, measure in measures.items()]) + "\n"


def store(measures: Measures) -> None:
    """Write table and JSON beside the benchmark, and the table into README.md where that has a place for it."""
    RESULTS.mkdir(exist_ok=True)
    about = machine()
    text = f"{', '.join(f'{name}: {value}' for name, value in about.items())}.\n\n{table(measures)}"
    (RESULTS / "latest.md").write_text(text)
    data = {"machine": about, "measures": {name: _data(measure) for name, measure in measures.items()}}
    (RESULTS / "latest.json").write_text(json.dumps(data, indent=1) + "\n")
    readme = ROOT / "README.md"
    if readme.exists() and MARKED.search(before := readme.read_text()):
        readme.write_text(MARKED.sub(lambda found: f"{found[1]}{text}{found[2]}", before))


def _line(name: str, measure: Measure) -> str:
    floor, ours = measure.medians()
    sign = "≥" if measure.more_is_better else "≤"
    bars = [f"{sign} {_number(bar)}" if bar is not None else "" for bar in (measure.passes, measure.aim)]
    shown = f"{_number(floor)} {measure.unit} ({measure.floor})" if measure.floor else ""
    ratio = f"{_number(measure.ratio)} ({_number(measure.ratios[0])}-{_number(measure.ratios[-1])})"
    cells = [
        name,
        shown,
        f"{_number(ours)} {measure.unit}",
        ratio if measure.floor else "",
        *bars,
        measure.verdict,
    ]
    return f"| {' | '.join(cells)} |"


def _data(measure: Measure) -> dict[str, Any]:
    return {
        "unit": measure.unit,
        "floor": measure.floor,
        "rounds": [[round(floor, 4), round(ours, 4)] for floor, ours in measure.rounds],
        "ratio": round(measure.ratio, 4),
        "pass": measure.passes,
        "aim": measure.aim,
        "verdict": measure.verdict,
    }


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    return found[1] if found else platform.machine()
