"""The live room side by side with what others would use: one run, one machine, one load client."""
