"""The site: it builds without a warning, its code runs, its links lead somewhere, and its words are spelt."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from mkdocstrings import Inventory

import workbench
from workbench import streams

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
HOOKS = DOCS / "hooks"
WRITTEN = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
BY_NAME = [str(file.relative_to(ROOT)) for file in WRITTEN]


@pytest.fixture(scope="module")
def hooks() -> Iterator[types.SimpleNamespace]:
    """The modules that make the site, as mkdocs imports them."""
    sys.path.insert(0, str(HOOKS))
    try:
        import doctests
        import snippets

        yield types.SimpleNamespace(snippets=snippets, doctests=doctests)
    finally:
        sys.path.remove(str(HOOKS))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Code on its pages runs while it is built; a warning, or code that fails, fails the build."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--site-dir",
        str(folder),
        "--config-file",
        ROOT / "mkdocs.yml",
    ]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1", "MPLBACKEND": "Agg"}
    run = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return folder


def text(site: Path, page: str) -> str:
    return (site / page / "index.html").read_text("utf-8")


def test_every_stream_and_model_has_its_page_in_the_navigation(site: Path) -> None:
    for room, names in (("streams", streams.catalogue()), ("models", streams.layers())):
        index = text(site, room)
        for name in names:
            assert f'href="{name}/"' in index, f"{room}/{name} is not in the table or the navigation"
            page = text(site, f"{room}/{name}")
            assert 'id="parameters"' in page, f"{room}/{name} has no parameters"
            assert "<figure" in page, f"{room}/{name} has no picture"


def test_a_page_of_a_stream_tells_all_of_it(site: Path) -> None:
    page = re.sub(r"<[^>]+>", "", text(site, "streams/RandomStream"))
    for wanted in ("full width of the uniform distribution", "mean is the mean", "KnobError", "RandomStream(size=(30, 40)"):
        assert wanted in page
    assert "/tmp" not in page


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    with (site / "objects.inv").open("rb") as file:
        known = set(Inventory.parse_sphinx(file))
    of_their_own = {*streams.catalogue().values(), *streams.layers().values()}  # pages, tested above
    rooms = [getattr(workbench, room) for room in ("datasets", "exporting", "filters", "models", "plotting", "streams")]
    missing = [
        f"{one.__module__}.{one.__qualname__}"
        for room in (workbench, *rooms)
        for name in dir(room)
        if not name.startswith("_") and isinstance(one := getattr(room, name), type | types.FunctionType)
        if one.__module__.startswith("workbench.") and one not in of_their_own and one.__module__ != "workbench.core.errors"
        if f"{one.__module__}.{one.__qualname__}" not in known
    ]
    assert not missing


def test_errors_and_files_are_told_from_their_declarations(site: Path) -> None:
    errors, files = text(site, "errors"), text(site, "files")
    assert all(name in errors for name in dir(workbench) if name.endswith("Error"))
    assert all(suffix in files for one in streams.formats() for suffix in one.suffixes)
    assert "(full width of the uniform distribution); give 0 or more." in errors, "its code was not run"


def test_decisions_are_in_the_navigation(site: Path) -> None:
    index = text(site, "decisions")
    assert all(f'href="{file.stem}/"' in index for file in DOCS.glob("decisions/0*.md"))


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    fetched = re.compile(r'<(?:script|img|link rel="stylesheet"|iframe)[^>]*(?:src|href)="(https?:)?//')
    assert not [page for page in site.rglob("*.html") if fetched.search(page.read_text("utf-8"))]


def test_code_that_fails_is_named_by_page_and_block(hooks: types.SimpleNamespace) -> None:
    page = "```python\nx = 1\n```\n\nand\n\n```python\nx / 0\n```\n"
    with pytest.raises(ZeroDivisionError) as caught:
        hooks.snippets.run(page, "how-to/broken.md")
    assert "how-to/broken.md, block 2" in str(caught.getrepr())
    with pytest.raises(RuntimeError, match=r"page\.md, block 1.*info nothing"):
        hooks.snippets.run("```console\npython -m workbench info nothing\n```\n", "page.md")


def test_code_that_is_warned_of_something_fails(hooks: types.SimpleNamespace) -> None:
    coarse = "workbench.models.Retina().run(workbench.streams.RandomStream((4, 5), dt=0.04), max_t=2)"
    with pytest.raises(workbench.models.StepWarning):
        hooks.snippets.run(f"```python\nimport workbench\n{coarse}\n```\n", "page.md")


def test_code_shows_what_it_prints_and_draws(hooks: types.SimpleNamespace) -> None:
    page = "```python\nimport workbench\nprint(6 * 7)\nworkbench.plot([1.0, 2.0])\n```\n"
    shown, pictures = hooks.snippets.run(page, "how-to/page.md")
    assert "```text\n42\n```" in shown
    assert "![Drawn by the code above](page-1-0.png)" in shown
    assert pictures["page-1-0.png"].startswith(b"\x89PNG")


def test_every_block_of_code_is_run(hooks: types.SimpleNamespace) -> None:
    for file in DOCS.rglob("*.md"):
        written = file.read_text("utf-8")
        fences = len(re.findall(r"^\s*(?:```|~~~)\s*\{?\.?(?:py|python|console|bash|sh)\b", written, re.MULTILINE))
        assert len(hooks.snippets.BLOCK.findall(written)) == fences, f"{file.name}: a fence that is not run"


def test_doctests_are_fenced(hooks: types.SimpleNamespace) -> None:
    assert hooks.doctests.fenced("One.\n\n>>> 1\n1\n\nTwo.") == "One.\n\n```pycon\n>>> 1\n1\n```\n\nTwo."


def test_the_stimulus_of_the_contributing_guide() -> None:
    """Its first piece is a file of `stimuli`, its second the line in `streams.py`."""
    stimulus, line = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
    module = types.ModuleType("workbench.stimuli.flicker")
    module.__package__ = "workbench.stimuli"
    sys.modules[module.__name__] = module
    try:
        exec(compile(stimulus, "flicker.py", "exec", dont_inherit=True), vars(module))
        names: dict[str, object] = {"__package__": "workbench"}
        exec(line, names)
        film = names["Flicker"](rate=50.0)
        assert film[0:20].ravel()[:: 50 * 50].tolist() == [1.0] * 10 + [0.0] * 10
    finally:
        del sys.modules[module.__name__]


@pytest.mark.parametrize("name", BY_NAME)
def test_links_lead_to_files(name: str) -> None:
    made = {"streams", "models", "reference"}  # pages made while the site is built, which checks them
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", (ROOT / name).read_text("utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        target = ((ROOT / name).parent / link).resolve()
        of_the_root = target.parent == DOCS and target.name in {"contributing.md", "changes.md"}
        assert target.exists() or target.parent.name in made or of_the_root, f"{name}: {link} is not there"


def test_spelling() -> None:
    files = [*WRITTEN, ROOT / "mkdocs.yml", ROOT / "Makefile", ROOT / "pyproject.toml", *(ROOT / "workbench").rglob("*.py")]
    files += [*(ROOT / "workbench").rglob("*.js"), *(ROOT / "notebooks").glob("*.ipynb"), *HOOKS.glob("*.py")]
    names = r"\b[a-z]+[A-Z]\w*\b"  # indexIn is no word
    command = [sys.executable, "-m", "codespell_lib", "--ignore-regex", names, *files]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
