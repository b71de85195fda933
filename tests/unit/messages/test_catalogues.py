"""The catalogue is complete: every text of the code, in Chinese, with the same placeholders."""

from __future__ import annotations

import gettext
import re
import shutil
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog, Message

import build_catalogues
from cloudctl.cli.words import CLICK, CLICK_PLURALS
from cloudctl.domain.lifecycle import MACHINES, walk

WIDE = "\u4e00", "\u9fff"
NAMES = re.compile(r"\{[^}]*\}|`[^`]*`")  # placeholders and commands
WORDS = re.compile(r"[a-z]{2,} +[a-z]{2,}")


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    (path,) = build_catalogues.catalogues()
    return build_catalogues.read_catalogue(path)


@pytest.fixture(scope="module")
def template() -> Catalog:
    return build_catalogues.template()


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def placeholders(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in Formatter().parse(text) if name is not None}


def test_every_text_of_the_code_is_translated(chinese: Catalog, template: Catalog) -> None:
    missing = [
        message.id
        for message in messages(template)
        if not (twin := chinese.get(forms(message.id)[0])) or not all(forms(twin.string))
    ]
    assert missing == [], "run `python build_catalogues.py extract` and translate these"


def test_nothing_is_left_of_texts_that_are_gone(chinese: Catalog, template: Catalog) -> None:
    assert [message.id for message in messages(chinese) if forms(message.id)[0] not in template] == []
    assert not chinese.obsolete


def test_no_translation_is_a_guess(chinese: Catalog) -> None:
    assert [message.id for message in messages(chinese) if message.fuzzy] == []


def test_placeholders_are_the_same(chinese: Catalog) -> None:
    for message in messages(chinese):
        offered = set().union(*(placeholders(text) for text in forms(message.id)))
        for text in forms(message.string):
            assert placeholders(text) <= offered, message.id
            assert isinstance(message.id, tuple) or placeholders(text) == offered, message.id


def test_lines_and_indents_are_the_same(chinese: Catalog) -> None:
    for message in messages(chinese):
        for english, translated in zip(forms(message.id), forms(message.string), strict=False):
            assert english.count("\n") == translated.count("\n"), message.id
            if english.startswith("  "):
                assert translated.startswith("  "), message.id


def test_sentences_are_chinese(chinese: Catalog) -> None:
    english = [
        message.id
        for message in messages(chinese)
        if WORDS.search(NAMES.sub("", forms(message.id)[0]))
        and not any(WIDE[0] <= char <= WIDE[1] for char in "".join(forms(message.string)))
    ]
    assert english == []


def test_life_cycles_are_extracted_whole(template: Catalog) -> None:
    for machine in MACHINES:
        assert machine.noun in template
        for state, sentence in machine.states.items():
            assert state in template
            assert sentence in template
        for line in walk(machine):
            assert line.event in template
            assert line.meaning in template


def test_clicks_sentences_are_still_clicks() -> None:
    sources = "".join(path.read_text() for path in Path(click.__file__).parent.glob("*.py"))
    for text in (*CLICK, *(form for pair in CLICK_PLURALS for form in pair)):
        assert text in sources or text.encode("unicode_escape").decode() in sources, text


def test_compiling_writes_what_gettext_reads(tmp_path: Path) -> None:
    folder = build_catalogues.LOCALES / "zh_CN" / "LC_MESSAGES"
    (tmp_path / folder).mkdir(parents=True)
    shutil.copy(build_catalogues.ROOT / folder / "cloudctl.po", tmp_path / folder)
    (compiled,) = build_catalogues.compile_catalogues(tmp_path)
    read = gettext.translation("cloudctl", tmp_path / build_catalogues.LOCALES, ["zh_CN"])
    assert read.gettext("Delivered.") == "已交付。"
    assert read.ngettext("Did you mean {possibility}?", "x", 1).startswith("您是否")
    before = compiled.stat().st_mtime_ns
    build_catalogues.compile_catalogues(tmp_path)
    assert compiled.stat().st_mtime_ns == before


def test_extraction_keeps_translations_and_changes_nothing_twice(tmp_path: Path) -> None:
    folder = build_catalogues.LOCALES / "zh_CN" / "LC_MESSAGES"
    for name in ("errors", "lifecycle"):
        (tmp_path / "cloudctl" / "domain").mkdir(parents=True, exist_ok=True)
        shutil.copy(build_catalogues.ROOT / f"cloudctl/domain/{name}.py", tmp_path / "cloudctl" / "domain")
    (tmp_path / "cloudctl" / "more.py").write_text('_("Entirely new.")')
    (tmp_path / folder).mkdir(parents=True)
    po = Path(shutil.copy(build_catalogues.ROOT / folder / "cloudctl.po", tmp_path / folder))
    build_catalogues.update_catalogues(tmp_path)
    first = po.read_bytes()
    build_catalogues.update_catalogues(tmp_path)
    assert po.read_bytes() == first
    catalogue = build_catalogues.read_catalogue(po)
    assert catalogue.get("draft").string == "草稿"
    assert catalogue.get("Entirely new.").string == ""
    assert "Hand it in at once." not in catalogue


def test_the_build_hook_compiles(tmp_path: Path) -> None:
    folder = build_catalogues.LOCALES / "zh_CN" / "LC_MESSAGES"
    (tmp_path / folder).mkdir(parents=True)
    shutil.copy(build_catalogues.ROOT / folder / "cloudctl.po", tmp_path / folder)
    hook = build_catalogues.CatalogueHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")
    hook.initialize("editable", {})
    assert (tmp_path / folder / "cloudctl.mo").exists()
