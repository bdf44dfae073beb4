"""What the specifications say, as pure functions: Merkle trees, tiles, signed notes, checkpoints."""
