"""The commands of ``reelwork farm``, one module for each kind of person who asks."""
