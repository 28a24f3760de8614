// The policy that counts for a municipality: its own over the defaults that all share.
#pragma once

#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// Lists in which the first that matches counts (lane rules, rules, supervision): the
/// municipality's own come first, then the defaults', without the rules whose id the municipality
/// has used itself, be it to replace them or to switch them off. An escalation is the
/// municipality's if it has one. Every other field is the municipality's where it is set, else the
/// default. `own` is set on the municipality's rules, and none is `off`; `version` becomes the
/// policy's.
[[nodiscard]] v1::Policy effective_policy(const v1::Policy& own, const v1::Policy& defaults,
                                          std::uint64_t version);

}  // namespace varde::registry
