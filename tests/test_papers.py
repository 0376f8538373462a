"""The papers say what is: links lead somewhere, commands exist, words stand on the screen."""

import re
from pathlib import Path

import pytest

from config.settings import ROOT
from fund import cli
from fund.i18n import LANGUAGES
from fund.people.choices import ROLE_NAMES
from fund.sandbox.demo import CAST, PASSWORD
from tests.e2e.screens import EVERY_IMAGE, GUIDE, IMAGES
from tests.words import PLACEHOLDER, shape, texts

PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDE_PAGES = sorted(GUIDE.glob("*.md"))
LINK = re.compile(r'\]\(([^)\s]+)\)|<img src="([^"]+)"')
COMMAND = re.compile(r"flask (?:--app wsgi )?([a-z][a-z |-]*[a-z])")
BOLD = re.compile(r"\*\*(.+?)\*\*")
FLASKS_OWN = {"run", "routes", "shell"}
FEW_LETTERS = 3
LARGEST_IMAGE, LARGEST_GUIDE = 100_000, 3_000_000


def of(paper: Path) -> str:
    return paper.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("paper", PAPERS, ids=of)
def test_every_link_and_picture_leads_to_a_file_that_is_there(paper: Path):
    links = [one or other for one, other in LINK.findall(paper.read_text())]
    files = [link.partition("#")[0] for link in links if "://" not in link]
    assert [file for file in files if file and not (paper.parent / file).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=of)
def test_every_command_that_is_named_exists(paper: Path):
    known = {group.name: group for group in cli.GROUPS}
    unknown = []
    for found in COMMAND.findall(paper.read_text()):
        name, _, rest = found.partition(" ")
        commands = getattr(known.get(name), "commands", {})
        wanted = rest.partition(" ")[0].split("|") if commands and rest else []
        if name not in known or any(one not in commands for one in wanted):
            unknown.append(found)
    assert unknown == []


@pytest.mark.parametrize("paper", PAPERS, ids=of)
def test_a_paper_names_no_machine_of_ours(paper: Path):
    assert not re.search(r"/work/|/root/|/home/|/tmp/|pypi\.|index-url", paper.read_text())


def test_the_sign_ins_of_the_readme_are_the_demo_cast():
    readme = (ROOT / "README.md").read_text()
    written = re.findall(r"^\| ([^|]+?) \| `(\S+@\S+)` \|$", readme, re.MULTILINE)
    cast = {member.email: ROLE_NAMES[member.role].lower() for member in CAST}
    assert {email: cast.get(email) for _, email in written} == {
        email: role.lower() for role, email in written
    }
    assert {role.lower() for role, _ in written} == {name.lower() for name in ROLE_NAMES.values()}
    assert PASSWORD in readme


def test_the_guide_has_a_page_a_role_in_both_languages():
    roles = {page.name.split(".")[0] for page in GUIDE_PAGES} - {"README"}
    assert len(roles) == len(ROLE_NAMES)  # chair and member share one; donors have one
    pages = {page.name for page in GUIDE_PAGES}
    assert pages == {"README.md"} | {f"{role}.{code}.md" for role in roles for code in LANGUAGES}
    index = (GUIDE / "README.md").read_text()
    assert [page for page in sorted(pages - {"README.md"}) if f"({page})" not in index] == []


def test_the_guide_shows_every_picture_that_is_made_and_no_other():
    shown = set(re.findall(r"images/([\w.-]+\.png)", "".join(p.read_text() for p in GUIDE_PAGES)))
    assert shown == EVERY_IMAGE
    sizes = {path.name: path.stat().st_size for path in IMAGES.iterdir()}
    assert set(sizes) == EVERY_IMAGE
    assert [name for name, size in sizes.items() if size > LARGEST_IMAGE] == []
    assert sum(sizes.values()) < LARGEST_GUIDE


@pytest.mark.parametrize("page", GUIDE_PAGES, ids=of)
def test_what_the_guide_prints_in_bold_stands_on_the_screen(page: Path):
    languages = [page.name.split(".")[1]] if page.name != "README.md" else list(LANGUAGES)
    known = [*map(re.escape, LANGUAGES.values())]
    for code in languages:
        known += [shape(text) for forms in texts(code).values() for text in forms if says(text)]
    on_screen = re.compile("|".join(known))
    written = BOLD.findall(page.read_text())
    assert written
    assert [words for words in written if not on_screen.fullmatch(words)] == []


def says(text: str) -> bool:
    """Whether a text says anything by itself, apart from what is put into it."""
    own_letters = sum(map(str.isalpha, PLACEHOLDER.sub("", text)))
    return not PLACEHOLDER.search(text) or own_letters > FEW_LETTERS
