"""The live room: its stage, the questions of the audience, their votes and answers."""
