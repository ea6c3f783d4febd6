"""The pages' policy: scripts of their own, the theme's by hash, and nothing from another host."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import mlp_csp
import pytest

HEAD = '<head><meta charset="utf-8" /><script src="x.js"></script></head>'
DATA = '<script type="application/json" class="data">{"a":"alert(1)"}</script>'
PAGE = f'{HEAD}<script>theme();</script>{DATA}<a onclick="say(&quot;x&quot;)">x</a>'
# How the inline scripts of the theme and its extensions begin.
THEME = (
    "DOCUMENTATION_OPTIONS.pagename = ",
    "document.documentElement.dataset.mode = ",
    "// Activate the search field",
    "let toggle",
    "var togglebuttonSelector = ",
)


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in map(str.split, policy.split(";"))}


def test_inline_scripts_run_by_their_hash_and_json_is_none() -> None:
    assert directives(mlp_csp.policy_of(PAGE))["script-src"] == [
        *("'self'", mlp_csp.hash_of("theme();"), "'unsafe-hashes'", mlp_csp.hash_of('say("x")')),
    ]
    assert directives(mlp_csp.policy_of(HEAD + DATA))["script-src"] == ["'self'"]


def test_no_policy_lets_text_run_or_names_another_host() -> None:
    policy = directives(mlp_csp.policy_of(PAGE))
    assert policy["default-src"] == policy["worker-src"] == policy["connect-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    sources = [source for name in policy for source in policy[name] if name != "style-src"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & {*sources}
    assert all(source[0] == "'" or source in ("data:", "blob:") for source in sources)


@pytest.mark.parametrize(("error", "kind"), [(None, "html"), (ValueError(), "html"), (None, "tex")])
def test_the_policy_stands_before_all_that_loads_and_once(
    tmp_path: Path, error: Exception | None, kind: str
) -> None:
    page = tmp_path / "a" / "page.html"
    page.parent.mkdir()
    page.write_text(PAGE, "utf-8")
    app = SimpleNamespace(builder=SimpleNamespace(format=kind), outdir=tmp_path)
    for _ in range(2):
        mlp_csp.close_pages(app, error)
    written = page.read_text("utf-8")
    if error or kind != "html":
        assert written == PAGE
        return
    assert written.count(mlp_csp.MARK) == 1
    assert written.index(mlp_csp.MARK) < written.index("<script")
    assert f'content="{mlp_csp.policy_of(PAGE)}"' in written


def test_every_built_page_has_the_policy_of_what_it_holds_and_no_inline_script_of_ours(
    html: Path,
) -> None:
    pages = [path for path in html.rglob("*.html") if "_static" not in path.parts]
    for path in pages:
        page = path.read_text("utf-8")
        scripts = [script.strip() for script in mlp_csp.SCRIPT.findall(page)]
        if 'http-equiv="Refresh"' in page:  # leads to the first page, and loads nothing
            assert "<script" not in page
            continue
        assert f'{mlp_csp.MARK} content="{mlp_csp.policy_of(page)}">' in page, path
        assert [script for script in scripts if not script.startswith(THEME)] == [], path
        assert {*mlp_csp.HANDLER.findall(page)} <= {"window.print()"}, path


def test_json_in_built_pages_is_inert(html: Path) -> None:
    found = re.compile(r"<script[^>]*application/json[^>]*>(.*?)</script>", re.DOTALL)
    texts = [text for path in html.rglob("*.html") for text in found.findall(path.read_text())]
    assert texts
    for text in texts:
        assert "<" not in text
        json.loads(text)
