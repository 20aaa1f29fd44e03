"""Reads the imports of `app/` and tells which break the order of the layers. Nothing is imported to find out."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# A feature's models and rules know the features before it only; what must react later is an event.
FEATURES = (
    "accounts",
    "calendars",
    "groups",
    "links",
    "bookings",
    "contacts",
    "phone",
    "messaging",
    "intake",
    "pipelines",
    "workflows",
    "insights",
    "public",
)
# Modules that start things: they may know everything, and nothing else knows them.
TOP = (
    "__init__",
    "__main__",
    "application",
    "cli",
    "commands",
    "demo",
    "keys",
    "migrating",
    "newcomer",
    "operating",
    "pages",
    "preferences",
    "proof",
    "serving",
    "supervising",
    "worker",
)
# Nothing but values in and out: no clock, no database, no web framework.
PURE = (
    "accounts.browsers", "accounts.passwords", "accounts.reset_tokens",
    "amounts", "calendar_links", "calendars.hours", "calendars.slugs", "calendars.texts",
    "columns", "contacts.csv_lines", "contacts.search", "delivery_errors", "digits", "emails", "errors", "headers",
    "insights.charts", "insights.choice", "insights.funnel", "intake.fields",
    "intake.origins", "links.search",
    "local_paths", "locales", "localtime", "mail_server", "messaging.addresses", "messaging.letters", "money",
    "messaging.render", "messaging.texts", "messaging.wire", "paths", "phone.formats", "phone.gsm",
    "phone.public_addresses", "phone.signing", "phones", "qr", "row_edits", "scheduling", "sms_gateway",
    "spreadsheets", "tokens", "workflows.checks",
    "workflows.conditions", "workflows.editing", "workflows.facts", "workflows.kinds", "workflows.known",
    "workflows.menu", "workflows.path", "workflows.ready_made", "workflows.step_checks", "workflows.steps",
    "workflows.values", "workflows.waits", "zones",
)  # fmt: skip
# What single pages of the owner's read and say, over features on both sides. Rules may not import it.
PAGE_HELPERS = (
    "calendars.answers", "calendars.overview", "insights.words", "links.bookable", "links.export", "links.listing",
    "links.request_words",
    "links.words",
)  # fmt: skip
MODELS_MAY_IMPORT = ("db", "columns")
# Work with a transaction of its own: the booking step is every door's outermost function, as signing in is; counts
# of attempts and of openings must outlive a request that is rolled back; handlers of events are called outside any.
OWN_TRANSACTION = (
    "accounts.forgetting", "accounts.last_seen", "accounts.resetting", "accounts.signing_in",
    "bookings.booking_step", "bookings.requests",
    "bookings.rescheduling", "contacts.bookings", "contacts.imports",
    "links.sightings", "messaging.account_mails", "messaging.delivery",
    "messaging.link_mails", "messaging.mails", "messaging.reminders", "phone.receipts", "ratelimit",
    "workflows.adding", "workflows.runner", "workflows.timed", "workflows.triggers",
)  # fmt: skip
WEB_NAMES = ("blueprint", "routes", "forms", "form", "page", "pages")
CLOCK_READS = {"now", "utcnow", "today", "time", "time_ns", "gmtime", "localtime", "ctime"}
CLOCKS = {"datetime", "date", "time", "datetime.datetime", "datetime.date"}


@dataclass(frozen=True)
class Module:
    """One file. `name` is dotted, without `app`: "links.models"; a package goes by its own name."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def imports(self) -> frozenset[str]:
        """What it imports, absolute: "app.db.transaction", "flask.request"."""
        return frozenset(name for node in ast.walk(self.tree) for name in self._imported(node))

    @cached_property
    def uses(self) -> frozenset[str]:
        """Its imports from `app`, by name without `app`: "db.transaction", "links.models.OneTimeLink"."""
        return frozenset(name.removeprefix("app.") for name in self.imports if name.startswith("app."))

    @property
    def is_web(self) -> bool:
        """True for files that know requests and pages."""
        feature, _, last = self.name.rpartition(".")
        if last in ("service", "models"):
            return False
        named_so = self.name == "web" or feature == "public" or last.split("_")[-1] in WEB_NAMES
        return named_so or any(is_in(used, ("web",)) for used in self.uses)

    def _imported(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*self._package(node.level), *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)

    def _package(self, level: int) -> list[str]:
        parts = ["app", *self.name.split(".")] + (["__init__"] if self.path.name == "__init__.py" else [])
        return parts[:-level] if level else []


def modules(app: Path) -> list[Module]:
    """All modules under the folder `app`."""
    found = []
    for path in sorted(app.rglob("*.py")):
        parts = path.relative_to(app).with_suffix("").parts
        found.append(
            Module(".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts), path)
        )
    return found


def breaches(app: Path) -> list[str]:
    """One sentence for each rule of the style guide that an import or a call in `app` breaks."""
    every = modules(app)
    web = tuple(module.name for module in every if module.is_web)
    return [
        f"{module.name} {complaint}"
        for module in every
        for rule in RULES
        for complaint in sorted(set(rule(module, web)))
    ]


def circles(app: Path) -> list[str]:
    """Modules that import one another in a circle, late imports included: "links.a -> links.b -> links.a"."""
    every = modules(app)
    names = {module.name for module in every}
    uses = {module.name: sorted(_used_modules(module, names)) for module in every}
    found, done = [], set()
    for name in sorted(uses):
        _walk(name, uses, [], done, found)
    return found


def is_in(name: str, packages: tuple[str, ...]) -> bool:
    """True when `name` is one of the packages or modules, or lies inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _features_in_order(module: Module, _web: tuple[str, ...]) -> Iterator[str]:
    if is_in(module.name, TOP) or module.is_web or is_in(module.name, PAGE_HELPERS):
        return
    own = _rank(module.name)
    yield from (
        f"imports {used}, a later feature" for used in module.uses if not _is_pure(used) and _rank(used) > own
    )


def _web_on_top(module: Module, web: tuple[str, ...]) -> Iterator[str]:
    if not is_in(module.name, (*TOP, *PAGE_HELPERS)) and not module.is_web:
        pages = (*web, *PAGE_HELPERS)
        yield from (f"imports {used}, which is a page's" for used in module.uses if is_in(used, pages))


def _top_unknown(module: Module, _web: tuple[str, ...]) -> Iterator[str]:
    if not is_in(module.name, TOP) and not module.is_web:
        yield from (f"imports {used}, which starts things" for used in module.uses if is_in(used, TOP))


def _models_on_db(module: Module, _web: tuple[str, ...]) -> Iterator[str]:
    if module.name.endswith(".models"):
        allowed = (*MODELS_MAY_IMPORT, *(f"{feature}.models" for feature in FEATURES))
        yield from (
            f"imports {used}: models know db.py only" for used in module.uses if not is_in(used, allowed)
        )


def _pure_stays_pure(module: Module, _web: tuple[str, ...]) -> Iterator[str]:
    if not _is_pure(module.name):
        return
    may_know_types = ("sqlalchemy",) if module.name == "columns" else ()
    for used in module.imports:
        library = used.partition(".")[0]
        if library.startswith(("flask", "htmx", "wtforms", "sqlalchemy")) and library not in may_know_types:
            yield f"imports {used}, and is pure"
    yield from (f"imports {used}, and is pure" for used in module.uses if not _is_pure(used))


def _one_clock(module: Module, _web: tuple[str, ...]) -> Iterator[str]:
    if module.name == "clock":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_READS and ast.unparse(node.value) in CLOCKS:
            yield f"reads the time by {ast.unparse(node)}; only clock.py does"
    yield from (
        f"imports {used}; only clock.py reads the time" for used in module.imports if used == "time.time"
    )


def _one_htmx(module: Module, _web: tuple[str, ...]) -> Iterator[str]:
    if module.name != "web":
        yield from (
            f"imports {used}; only web.py does" for used in module.imports if is_in(used, ("htmx_flask",))
        )


def _services_never_commit(module: Module, _web: tuple[str, ...]) -> Iterator[str]:
    if module.name in ("db", "engines"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            yield f"calls {ast.unparse(node)}; only db.py and engines.py commit"
    if not (module.is_web or is_in(module.name, (*TOP, *OWN_TRANSACTION))):
        openers = ("db.transaction", "db.in_transaction")
        yield from (
            f"imports {used}; its caller owns the transaction" for used in module.uses if used in openers
        )


Rule = Callable[[Module, tuple[str, ...]], Iterator[str]]
RULES: tuple[Rule, ...] = (
    _features_in_order,
    _web_on_top,
    _top_unknown,
    _models_on_db,
    _pure_stays_pure,
    _one_clock,
    _one_htmx,
    _services_never_commit,
)


def _used_modules(module: Module, names: set[str]) -> set[str]:
    """The modules it imports; a name that is imported from one stands for that one."""
    used = {name if name in names else name.rpartition(".")[0] or "__init__" for name in module.uses}
    return used & names - {module.name}


def _walk(name: str, uses: dict[str, list[str]], path: list[str], done: set[str], found: list[str]) -> None:
    if name in path:
        found.append(" -> ".join([*path[path.index(name) :], name]))
    elif name not in done:
        for used in uses[name]:
            _walk(used, uses, [*path, name], done, found)
        done.add(name)


def _rank(name: str) -> int:
    feature = name.partition(".")[0]
    return FEATURES.index(feature) if feature in FEATURES else -1


def _is_pure(name: str) -> bool:
    return is_in(name, PURE)
