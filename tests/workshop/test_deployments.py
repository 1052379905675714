"""The places that the settings name: which there are, and what is wrong with them."""

from __future__ import annotations

import pytest

from workshop import deployments
from workshop.errors import MisuseError
from workshop.project import Project

LOST = {"protocol": "local", "folder": "~no-such-user/www"}


def test_gh_pages_needs_no_setting(project: Project):
    assert deployments.find(project, {}, "gh-pages").where == "gh-pages at origin"


def test_a_target_is_what_the_settings_say(project: Project):
    settings = {"PUBLISH_TARGETS": {"personal": {"remote": "home", "branch": "live"}}}
    assert deployments.find(project, settings, "personal").where == "live at home"


@pytest.mark.parametrize(
    ("settings", "name", "reason"),
    [
        ({}, "gh-page", "PUBLISH_TARGETS has no 'gh-page'; did you mean gh-pages?"),
        ({}, "x", "PUBLISH_TARGETS has no 'x'; it has gh-pages"),
        ({"PUBLISH_TARGETS": {"a": {"brunch": "x"}}}, "a", "unexpected keyword argument 'brunch'"),
        ({"PUBLISH_TARGETS": ["a"]}, "a", "PUBLISH_TARGETS is ['a']; write a dict of targets"),
        ({"PUBLISH_TARGETS": {1: {}}}, "a", "PUBLISH_TARGETS has the name 1; write a text"),
        ({"PUBLISH_TARGETS": {"a": "b"}}, "a", "PUBLISH_TARGETS['a'] is 'b'; write a dict"),
        ({"PUBLISH_TARGETS": {"a": {"branch": 1}}}, "a", "['a']: 'branch' is 1; write a text"),
        ({"PUBLISH_TARGETS": {"a": {"branch": "a b"}}}, "a", "['a']: 'branch' is 'a b', which git"),
        ({"PUBLISH_TARGETS": {"a": {"branch": ""}}}, "a", "['a']: 'branch' is '', which git takes"),
        ({"PUBLISH_TARGETS": {"a": {"branch": "-x"}}}, "a", "'branch' is '-x', which git takes"),
        ({"PUBLISH_TARGETS": {"a": {"branch": "a\0"}}}, "a", "'branch' is 'a\\x00', which git"),
        ({"PUBLISH_TARGETS": {"a": {"remote": "a b"}}}, "a", "['a']: 'remote' is 'a b', which git"),
        ({"PUBLISH_TARGETS": {"a": LOST}}, "a", "['a']: 'folder' is '~no-such-user/www': Could n"),
        ({"PUBLISH_TARGETS": {"a": {"protocol": []}}}, "a", "target 'a': 'protocol' is []; use"),
    ],
)
def test_a_target_that_does_not_exist_is_told(
    project: Project, settings: dict[str, object], name: str, reason: str
):
    with pytest.raises(MisuseError) as caught:
        deployments.find(project, settings, name)
    assert reason in str(caught.value)
