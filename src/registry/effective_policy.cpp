// Protobuf's merge does the single fields; lists are laid one after the other by hand.
#include "registry/effective_policy.hpp"

#include <boost/unordered/unordered_flat_set.hpp>
#include <string_view>

namespace varde::registry {

namespace {

void append_rules(v1::Policy& out, const v1::Policy& own, const v1::Policy& defaults) {
  boost::unordered_flat_set<std::string_view> named;
  for (const auto& rule : own.rules()) {
    named.insert(rule.id());
    if (rule.off()) continue;
    auto& added = *out.add_rules();
    added = rule;
    added.set_own(true);
  }
  for (const auto& rule : defaults.rules())
    if (!rule.off() && !named.contains(rule.id())) *out.add_rules() = rule;
}

}  // namespace

v1::Policy effective_policy(const v1::Policy& own, const v1::Policy& defaults,
                            std::uint64_t version) {
  v1::Policy out = defaults;
  out.MergeFrom(own);

  *out.mutable_lane_rules() = own.lane_rules();
  out.mutable_lane_rules()->MergeFrom(defaults.lane_rules());
  *out.mutable_supervision() = own.supervision();
  out.mutable_supervision()->MergeFrom(defaults.supervision());
  out.clear_rules();
  append_rules(out, own, defaults);

  const auto chain_of = [](const auto& ours, const auto& shared) {
    return ours.empty() ? shared : ours;
  };
  *out.mutable_answer_escalation() =
      chain_of(own.answer_escalation(), defaults.answer_escalation());
  *out.mutable_visit_escalation() = chain_of(own.visit_escalation(), defaults.visit_escalation());
  out.set_version(version);
  return out;
}

}  // namespace varde::registry
