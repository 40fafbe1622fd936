from __future__ import annotations

from tastytrade.dashboard.keys import LINKS, Keys


def test_a_link_gives_the_key_once() -> None:
    keys = Keys()
    link = keys.new_link()
    key = keys.exchange(link)

    assert key is not None
    assert keys.is_key(key)
    assert keys.exchange(link) is None


def test_no_other_text_gives_it() -> None:
    keys = Keys()
    link = keys.new_link()

    assert [keys.exchange(text) for text in ("", link[:-1], f"{link} ", "\ud800", "é")] == [None] * 5
    assert not any(keys.is_key(text) for text in ("", link, "\udcff"))


def test_links_are_different_and_the_oldest_are_forgotten() -> None:
    keys = Keys()
    links = [keys.new_link() for _ in range(LINKS + 1)]

    assert len(set(links)) == LINKS + 1
    assert keys.exchange(links[0]) is None
    assert keys.exchange(links[1]) is not None


def test_two_programs_have_different_keys_and_show_none() -> None:
    keys, others = Keys(), Keys()
    link = keys.new_link()
    key = keys.exchange(keys.new_link())

    assert key is not None
    assert not others.is_key(key)
    assert link not in repr(keys)
    assert key not in repr(keys)
