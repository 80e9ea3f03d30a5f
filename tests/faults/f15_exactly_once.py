"""F15: each command is sent three times over both doors, a fifth of the sends cut in mid-flight; one effect each."""

from __future__ import annotations

from benchmarks.exactly_once import measure
from tests.faults.ground import two_nodes
from tests.faults.profile import Profile, Toll


async def run(profile: Profile) -> Toll:
    commands = profile.pick(80, 10_000)
    async with two_nodes(profile) as (nodes, _, _):
        outcome = await measure(nodes, "postgresql", commands, profile.seed)
    toll = Toll(acked=outcome.commands, lost=commands - outcome.effects - outcome.doubled, duplicated=outcome.doubled)
    toll.note("effects", outcome.effects, at_least=commands)
    toll.note("sends", outcome.sends)
    toll.note("cut", outcome.cut)
    toll.note("answers_unequal", outcome.unequal, at_most=0)
    toll.note("mismatches_refused", outcome.mismatches_refused, at_least=commands)
    toll.note("others", sum(outcome.others.values()), at_most=0)
    return toll
