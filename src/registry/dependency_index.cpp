// Interning the names, following gateways to what they depend on themselves, and counting the
// homes under each parent by walking the devices home by home.
#include <algorithm>
#include <array>
#include <numeric>

#include "registry/dependency_builder.hpp"
#include "registry/set_tables.hpp"

namespace varde::registry {

namespace {

constexpr std::string_view gateway_prefix = "gateway:";
constexpr std::string_view postal_prefix = "postal:";

/// In the order in which one of several equals is blamed. What comes from `gateway` on carries
/// signals and no power.
constexpr std::array<std::string_view, 4> may_fail_the_mains{"power", "building", "", "postal"};
constexpr std::array<std::string_view, 4> carries_signals{"gateway", "station", "network", "cloud"};

std::size_t rank_of(std::string_view name) {
  const auto type = type_of_parent(name);
  if (const auto at = std::ranges::find(carries_signals, type); at != carries_signals.end())
    return may_fail_the_mains.size() + static_cast<std::size_t>(at - carries_signals.begin());
  const auto at = std::ranges::find(may_fail_the_mains, type);
  constexpr std::size_t any_other = 2;
  return at == may_fail_the_mains.end() ? any_other
                                        : static_cast<std::size_t>(at - may_fail_the_mains.begin());
}

bool is_installed(const device_record& device) {
  return device.state() == v1::DEVICE_STATE_INSTALLED;
}

}  // namespace

std::string_view type_of_parent(std::string_view name) { return name.substr(0, name.find(':')); }

/// The second half of the work, when all things of the set are known.
class dependency_builder::linker {
 public:
  linker(dependency_builder& named, const set_tables& set, dependency_index& out)
      : named_{named}, set_{set}, out_{out} {}

  void build() {
    name_gateways();
    link_devices();
    drop_lonely_parents();
    count();
  }

 private:
  /// Which devices others depend on, by the parent that they are.
  void name_gateways() {
    for (device_index i = 0; i < set_.devices.size(); ++i)
      if (const auto parent = gateway_named(set_.device_at(i).id()))
        gateways_.try_emplace(*parent, i);
  }

  std::optional<parent_index> gateway_named(std::string_view id) {
    scratch_.assign(gateway_prefix).append(id);
    const auto at = named_.by_name_.find(scratch_);
    if (at == named_.by_name_.end()) return std::nullopt;
    return at->second;
  }

  void add(parent_index parent, int depth) {
    const auto first = out_.links_.begin() + out_.begins_.back();
    const auto count = static_cast<std::size_t>(out_.links_.end() - first);
    if (count == dependency_index::parents_per_device_max) return;
    if (std::find(first, out_.links_.end(), parent) != out_.links_.end()) return;
    out_.links_.push_back(parent);
    if (const auto at = gateways_.find(parent); at != gateways_.end() && depth > 0)
      add_all_of(at->second, depth - 1);
  }

  void add_all_of(device_index device, int depth) {
    for (auto at = named_.begins_[device]; at < named_.begins_[device + 1]; ++at)
      add(named_.links_[at], depth);
  }

  std::string_view postcode_of(const device_record& device) const {
    auto household = device.household();
    std::string_view own;
    if (const auto resident = set_.resident(device.resident())) {
      household = resident->household();
      own = text_in(resident->text(v1::Resident::kAddressFieldNumber),
                    v1::Address::kPostcodeFieldNumber);
    }
    const auto home = set_.household(household);
    return home ? text_in(home->text(v1::Household::kAddressFieldNumber),
                          v1::Address::kPostcodeFieldNumber)
                : own;
  }

  void link_devices() {
    const auto devices = set_.devices.size();
    out_.begins_.reserve(devices + std::size_t{1});
    out_.homes_.reserve(devices);
    for (device_index i = 0; i < devices; ++i) {
      const auto device = set_.device_at(i);
      const bool installed = is_installed(device);
      // What is not installed has no home.
      out_.homes_.push_back(installed ? home_of(device) : ~home_index{0});
      if (installed) link(i, device);
      out_.begins_.push_back(static_cast<std::uint32_t>(out_.links_.size()));
    }
  }

  void link(device_index index, const device_record& device) {
    if (const auto itself = gateway_named(device.id())) add(*itself, 0);
    add_all_of(index, dependency_index::gateway_depth_max);
    const auto first = out_.links_.begin() + out_.begins_.back();
    if (std::any_of(first, out_.links_.end(), [&](parent_index parent) {
          return type_of_parent(named_.names_[parent]) == "postal";
        }))
      return;
    if (const auto postcode = postcode_of(device); !postcode.empty())
      add(named_.intern(postal_prefix, postcode), 0);
  }

  /// Nobody's device is a home of its own.
  home_index home_of(const device_record& device) {
    auto household = device.household();
    const auto resident = set_.resident(device.resident());
    if (resident) household = resident->household();
    if (!household.empty())
      return numbered(household_homes_, household,
                      static_cast<std::uint32_t>(set_.residents_by_household.of(household).size()));
    if (resident) return numbered(resident_homes_, device.resident(), 1);
    out_.residents_.push_back(0);
    return static_cast<home_index>(out_.residents_.size() - 1);
  }

  using homes = boost::unordered_flat_map<std::string_view, home_index>;
  home_index numbered(homes& known, std::string_view id, std::uint32_t people) {
    const auto [at, fresh] = known.try_emplace(id, static_cast<home_index>(out_.residents_.size()));
    if (fresh) out_.residents_.push_back(people);
    return at->second;
  }

  void drop_lonely_parents() {
    std::vector<std::uint32_t> devices(named_.names_.size());
    for (const auto parent : out_.links_) ++devices[parent];
    std::vector<parent_index> kept;
    for (std::size_t i = 0; i < devices.size(); ++i)
      if (devices[i] >= 2) kept.push_back(static_cast<parent_index>(i));
    std::ranges::stable_sort(kept, {}, [&](auto i) { return rank_of(named_.names_[i]); });

    std::vector<parent_index> moved(devices.size(), dependency_index::no_parent);
    auto& names = out_.names_;
    names.reserve(kept.size());
    out_.by_name_.reserve(kept.size());
    out_.devices_under_.reserve(kept.size());
    for (const auto i : kept) {
      const auto index = moved[i] = static_cast<parent_index>(names.size());
      names.push_back(std::move(named_.names_[i]));
      out_.by_name_.emplace(names.back(), index);
      out_.devices_under_.push_back(devices[i]);
      if (rank_of(names.back()) < may_fail_the_mains.size()) out_.signals_only_from_ = index + 1;
    }
    move_links(moved);
  }

  void move_links(const std::vector<parent_index>& moved) {
    std::uint32_t to = 0;
    for (std::size_t device = 0; device + 1 < out_.begins_.size(); ++device) {
      const auto from = out_.begins_[device];
      out_.begins_[device] = to;
      for (auto at = from; at < end_before_moving(device); ++at)
        if (moved[out_.links_[at]] != dependency_index::no_parent)
          out_.links_[to++] = moved[out_.links_[at]];
    }
    out_.begins_.back() = to;
    out_.links_.resize(to);
    out_.links_.shrink_to_fit();
  }

  /// The next device's begin has not been moved yet, so it is still this one's end.
  std::uint32_t end_before_moving(std::size_t device) const { return out_.begins_[device + 1]; }

  void count() {
    std::vector<device_index> by_home(out_.homes_.size());
    std::iota(by_home.begin(), by_home.end(), device_index{0});
    std::ranges::stable_sort(by_home, {}, [&](device_index device) { return out_.homes_[device]; });
    out_.homes_under_.resize(out_.names_.size());
    out_.residents_under_.resize(out_.names_.size());
    std::vector<home_index> last_home(out_.names_.size(), ~home_index{0});
    for (const auto device : by_home)
      for (const auto parent : out_.parents_of(device)) {
        const auto home = out_.homes_[device];
        if (std::exchange(last_home[parent], home) == home) continue;
        ++out_.homes_under_[parent];
        out_.residents_under_[parent] += out_.residents_[home];
      }
  }

  dependency_builder& named_;
  const set_tables& set_;
  dependency_index& out_;
  boost::unordered_flat_map<parent_index, device_index> gateways_;  // to the device it is
  homes household_homes_, resident_homes_;
  std::string scratch_;
};

void dependency_builder::add(const v1::Device& device) {
  for (const auto& name : device.depends_on())
    links_.push_back(name.find(':') == std::string::npos ? intern(gateway_prefix, name)
                                                         : intern({}, name));
  begins_.push_back(static_cast<std::uint32_t>(links_.size()));
}

parent_index dependency_builder::intern(std::string_view type, std::string_view rest) {
  scratch_.assign(type).append(rest);
  if (const auto at = by_name_.find(scratch_); at != by_name_.end()) return at->second;
  const auto index = static_cast<parent_index>(names_.size());
  by_name_.emplace(names_.emplace_back(scratch_), index);
  return index;
}

dependency_index dependency_builder::build(const set_tables& set) && {
  dependency_index out;
  linker{*this, set, out}.build();
  return out;
}

bool dependency_index::is_under(device_index device, parent_index parent) const {
  return std::ranges::find(parents_of(device), parent) != parents_of(device).end();
}

parent_index dependency_index::find(std::string_view name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? no_parent : at->second;
}

std::size_t dependency_index::bytes() const noexcept {
  const auto of_numbers = [](const auto&... lists) {
    return (... + (lists.capacity() * sizeof(std::uint32_t)));
  };
  std::size_t total = of_numbers(devices_under_, homes_under_, residents_under_, begins_, links_,
                                 homes_, residents_) +
                      names_.capacity() * sizeof(std::string) +
                      by_name_.bucket_count() * sizeof(std::pair<std::string_view, parent_index>);
  for (const auto& name : names_) total += name.capacity();
  return total;
}

}  // namespace varde::registry
