// The centre's set is made up where there is none yet, so that defaults can be imported into it.
#include "server/stored_policies.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ostream>

#include "alarm/ids.hpp"

namespace varde::server {

using registry::stored_set;

bool stored_policies::load(blocking_store& store, const redis::endpoint& where,
                           std::ostream& errors) {
  if (!store.connect()) {
    errors << fmt::format("Redis at {} does not answer: {}\n", redis::describe(where),
                          store.why_not());
    return false;
  }
  auto stored = store.wait_for<std::vector<stored_set>>(
      [](auto& connection, auto done) { registry::load_all_sets(connection, std::move(done)); });
  if (!stored) {
    errors << stored.error().message() << '\n';
    return false;
  }
  all_ = std::move(*stored);
  std::erase_if(all_, [](const stored_set& one) { return one.position == "0-0"; });
  const std::string centre{alarm::centre};
  if (std::ranges::find(all_, centre, &stored_set::municipality) == all_.end()) {
    auto& made = all_.emplace_back(stored_set{centre, "0-0", {}});
    made.set.mutable_municipality()->set_id(centre);
  }
  std::ranges::sort(all_, {}, &stored_set::municipality);
  return true;
}

stored_set* stored_policies::choose(const std::string& municipality, std::ostream& errors) {
  std::vector<std::string_view> names;
  stored_set* found = nullptr;
  for (auto& one : all_) {
    if (one.municipality != alarm::centre) names.push_back(one.municipality);
    if (one.municipality == municipality) found = &one;
    if (municipality.empty() && names.size() == 1 && found == nullptr &&
        one.municipality != alarm::centre)
      found = &one;
  }
  if (municipality.empty() && names.size() > 1) found = nullptr;
  if (found == nullptr)
    errors << (municipality.empty()
                   ? std::string{"name one with --municipality"}
                   : fmt::format("municipality {} is not in the registry", municipality))
           << fmt::format("; there are: {}\n", fmt::join(names, ", "));
  return found;
}

const registry::v1::Policy& stored_policies::defaults() const {
  const auto centre = std::ranges::find(all_, alarm::centre, &stored_set::municipality);
  return centre != all_.end() ? centre->set.policy() : registry::v1::Policy::default_instance();
}

std::vector<const registry::v1::MunicipalitySet*> stored_policies::sets() const {
  std::vector<const registry::v1::MunicipalitySet*> sets;
  for (const auto& one : all_) sets.push_back(&one.set);
  return sets;
}

std::string name_of(const registry::v1::MunicipalitySet& set) {
  const auto& municipality = set.municipality();
  return municipality.id() == alarm::centre
             ? "the shared defaults"
             : fmt::format("{} {}", municipality.id(), municipality.name());
}

}  // namespace varde::server
