"""Text no database keeps is refused with words, not with a crash."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.mark.parametrize(
    "fields",
    [
        '"password": "a long password", "name": "a\\u0000b"',
        '"password": "a long password", "name": "a\\ud800b"',
        '"password": "a long \\ud800 password", "name": "ab"',
        '"password": "a long password", "name": ["\\u0000"]',
    ],
)
async def test_body_with_nul_or_half_a_character_is_refused(world: World, fields: str) -> None:
    person = await world.stranger()
    body = f'{{"email": "a@example.com", {fields}}}'

    answer = await person.client.post("/api/v1/accounts", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize("path", ["/projects?q=%00", "/organizers?cursor=%00", "/projects?q=%ED%A0%80"])
async def test_query_with_nul_or_half_a_character_never_crashes(world: World, path: str) -> None:
    answer = await (await world.stranger()).get(path)

    assert answer.status_code in {200, 422}
