"""House rules that a reader would otherwise have to remember. Each failure says why."""

import ast
from pathlib import Path

from config.settings import ROOT

SOURCES = sorted((ROOT / "fund").rglob("*.py"))
# A room's edge, and the ground's own edge.
FLASK_USERS = {"views.py", "api.py"}
GROUND_EDGE = {"web.py", "answers.py", "pages.py", "assets.py", "health.py", "i18n.py", "wiring.py"}
LONGEST_FILE = 400


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _calls(path: Path, names: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.func.attr}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
    ]


def test_only_the_edge_knows_flask():
    """Rules that know about requests cannot be run by a job or a command."""
    offenders = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if _imports(path) & {"flask", "flask_login", "flask_wtf", "flask_babel"}
        and path.name not in FLASK_USERS
        and not (path.parent == ROOT / "fund" and path.name in GROUND_EDGE)
        and not {"cli", "sandbox", "views"} & set(path.relative_to(ROOT).parts)
        and path != ROOT / "fund" / "__init__.py"
    ]
    # Flask-Login's own mixin is data, not a request.
    assert [o for o in offenders if o != "fund/people/models.py"] == []


def test_only_db_commits():
    """One transaction a request, opened and closed where everybody can see it."""
    offenders = [
        call
        for path in SOURCES
        if path.name != "db.py" and "stripe_twin" not in path.parts
        for call in _calls(path, {"commit"})
    ]
    assert offenders == []


def test_operations_do_not_look_at_the_clock():
    """What an operation does must be repeatable with the time that the edge passed down."""
    offenders = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.name in {"operations.py", "queries.py", "models.py", "schemas.py"}
        and "clock.now()" in path.read_text()
    ]
    assert offenders == []


def test_no_list_is_paged_by_offset():
    """OFFSET reads and throws away every row before the page."""
    offenders = [call for path in SOURCES for call in _calls(path, {"offset"})]
    assert [o for o in offenders if "stripe_twin" not in o] == []


def test_a_file_fits_a_sitting():
    """One that grows past 400 lines becomes a package or a feature of its own."""
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_views_templates_and_endpoints_share_one_name(app):
    """Whoever knows the address's name knows the file to open."""
    wrong = [
        f"{rule.endpoint} -> {app.view_functions[rule.endpoint].__name__}"
        for rule in app.url_map.iter_rules()
        if "." in rule.endpoint
        and not rule.endpoint.startswith(("bootstrap.", "sandbox."))
        and app.view_functions[rule.endpoint].__name__ != rule.endpoint.rpartition(".")[2]
        and app.view_functions[rule.endpoint].__name__ != "<lambda>"
    ]
    assert wrong == []


def test_templates_load_nothing_from_elsewhere():
    """No page may tell a third party that somebody reads it."""
    offenders = []
    for path in (ROOT / "templates").rglob("*.html"):
        if path.parts[-2] == "mail":
            continue
        for attribute in ('src="http', "src='http", '<link rel="stylesheet" href="http', "@import"):
            if attribute in path.read_text():
                offenders.append(f"{path.relative_to(ROOT)}: {attribute}")
    assert offenders == []
