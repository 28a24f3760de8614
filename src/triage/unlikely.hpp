// How unlikely it is that what went down together did so by chance, and how well one common cause
// explains it. Formulas and sources are told in docs/outages.md.
#pragma once

#include <cstdint>

namespace varde::triage {

/// What is down in a part, and in all of which it is a part.
struct tally {
  std::uint32_t all = 0;
  std::uint32_t down = 0;        // of all; at most `all`
  std::uint32_t under = 0;       // in the part; at most `all`
  std::uint32_t down_under = 0;  // of those in the part; at most `down` and `under`
};

/// ln of an upper bound on the chance that at least `down_under` of the `down` fall into the part
/// if every one was as likely to go (the tail of the hypergeometric distribution, closed by a
/// geometric series). 0 if that many are no more than would be expected.
[[nodiscard]] double log_chance(const tally& t);

/// ln of Kulldorff's likelihood ratio: how much better "the part has a rate of its own" explains
/// what is seen than "all have the same". 0 if the part's rate is not the higher one.
[[nodiscard]] double log_likelihood_ratio(const tally& t);

/// ln of Chernoff's bound on the chance of at least `hits` among `trials` that each hit with
/// probability `share`, which is within 0…1. 0 if that many are no more than would be expected.
[[nodiscard]] double log_binomial_bound(std::uint32_t trials, std::uint32_t hits, double share);

}  // namespace varde::triage
