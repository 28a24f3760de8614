"""The questions, a file each: who is asked, how a round goes, and which ratio comes out of it."""
