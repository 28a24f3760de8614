"""Comparisons of Varde with its peers: the questions of loadtest/compare.sh, the peers they are put
to, and what both share."""
