// Interning the names, following gateways to what they depend on themselves, and counting the
// homes under each parent by walking the devices home by home.
#include "registry/dependency_index.hpp"

#include <algorithm>
#include <array>
#include <numeric>

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

bool is_installed(const v1::Device& device) { return device.state() == v1::DEVICE_STATE_INSTALLED; }

}  // namespace

std::string_view type_of_parent(std::string_view name) { return name.substr(0, name.find(':')); }

class dependency_index::builder {
 public:
  builder(const v1::MunicipalitySet& set, dependency_index& out) : set_{set}, out_{out} {}

  void build() {
    index_people();
    name_gateways();
    link_devices();
    drop_lonely_parents();
    count();
  }

 private:
  void index_people() {
    residents_.reserve(static_cast<std::size_t>(set_.residents_size()));
    for (const auto& resident : set_.residents()) {
      residents_.try_emplace(resident.id(), &resident);
      if (!resident.household().empty()) ++people_of_[resident.household()];
    }
    households_.reserve(static_cast<std::size_t>(set_.households_size()));
    for (const auto& home : set_.households()) households_.try_emplace(home.id(), &home);
  }

  parent_index intern(std::string_view name, bool lives_with_the_set) {
    if (const auto at = out_.by_name_.find(name); at != out_.by_name_.end()) return at->second;
    if (!lives_with_the_set) name = out_.own_names_.emplace_back(name);
    const auto index = static_cast<parent_index>(out_.names_.size());
    out_.names_.push_back(name);
    out_.by_name_.emplace(name, index);
    return index;
  }

  parent_index intern(std::string_view type, std::string_view rest) {
    scratch_.assign(type).append(rest);
    return intern(scratch_, false);
  }

  parent_index named_by(const std::string& depends_on) {
    return depends_on.find(':') == std::string::npos ? intern(gateway_prefix, depends_on)
                                                     : intern(depends_on, true);
  }

  /// Which devices others depend on, by the parent that they are.
  void name_gateways() {
    for (const auto& device : set_.devices())
      for (const auto& name : device.depends_on()) named_by(name);
    for (int i = 0; i < set_.devices_size(); ++i) {
      scratch_.assign(gateway_prefix).append(set_.devices(i).id());
      const auto at = out_.by_name_.find(scratch_);
      if (at != out_.by_name_.end()) gateways_.try_emplace(at->second, i);
    }
  }

  void add(parent_index parent, int depth) {
    const auto first = out_.links_.begin() + out_.begins_.back();
    const auto count = static_cast<std::size_t>(out_.links_.end() - first);
    if (count == parents_per_device_max) return;
    if (std::find(first, out_.links_.end(), parent) != out_.links_.end()) return;
    out_.links_.push_back(parent);
    if (const auto at = gateways_.find(parent); at != gateways_.end() && depth > 0)
      add_all_of(set_.devices(at->second), depth - 1);
  }

  void add_all_of(const v1::Device& device, int depth) {
    for (const auto& name : device.depends_on()) add(named_by(name), depth);
  }

  const v1::Address* address_of(const v1::Device& device) const {
    auto household = std::string_view{device.household()};
    const v1::Address* own = nullptr;
    if (const auto at = residents_.find(device.resident()); at != residents_.end()) {
      household = at->second->household();
      own = &at->second->address();
    }
    const auto home = households_.find(household);
    return home != households_.end() ? &home->second->address() : own;
  }

  void link_devices() {
    const auto devices = static_cast<std::size_t>(set_.devices_size());
    out_.begins_.reserve(devices + 1);
    out_.homes_.reserve(devices);
    for (const auto& device : set_.devices()) {
      out_.homes_.push_back(home_of(device));
      if (is_installed(device)) link(device);
      out_.begins_.push_back(static_cast<std::uint32_t>(out_.links_.size()));
    }
  }

  void link(const v1::Device& device) {
    scratch_.assign(gateway_prefix).append(device.id());
    if (const auto at = out_.by_name_.find(scratch_); at != out_.by_name_.end()) add(at->second, 0);
    add_all_of(device, gateway_depth_max);
    const auto first = out_.links_.begin() + out_.begins_.back();
    if (std::any_of(first, out_.links_.end(), [&](parent_index parent) {
          return type_of_parent(out_.names_[parent]) == "postal";
        }))
      return;
    const auto* address = address_of(device);
    if (address != nullptr && !address->postcode().empty())
      add(intern(postal_prefix, address->postcode()), 0);
  }

  /// Nobody's device is a home of its own; one that is not installed has none.
  home_index home_of(const v1::Device& device) {
    if (!is_installed(device)) return ~home_index{0};
    std::string_view household = device.household();
    const auto resident = residents_.find(device.resident());
    if (resident != residents_.end()) household = resident->second->household();
    if (!household.empty()) {
      const auto people = people_of_.find(household);
      return numbered(household_homes_, household, people == people_of_.end() ? 0 : people->second);
    }
    if (resident != residents_.end()) return numbered(resident_homes_, device.resident(), 1);
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
    std::vector<std::uint32_t> devices(out_.names_.size());
    for (const auto parent : out_.links_) ++devices[parent];
    std::vector<parent_index> kept;
    for (std::size_t i = 0; i < devices.size(); ++i)
      if (devices[i] >= 2) kept.push_back(static_cast<parent_index>(i));
    std::ranges::stable_sort(kept, {}, [&](auto i) { return rank_of(out_.names_[i]); });

    std::vector<parent_index> moved(devices.size(), no_parent);
    std::vector<std::string_view> names;
    names.reserve(kept.size());
    out_.devices_under_.reserve(kept.size());
    for (const auto i : kept) {
      moved[i] = static_cast<parent_index>(names.size());
      names.push_back(out_.names_[i]);
      out_.devices_under_.push_back(devices[i]);
      if (rank_of(names.back()) < may_fail_the_mains.size())
        out_.signals_only_from_ = static_cast<parent_index>(names.size());
    }
    out_.names_ = std::move(names);
    move_links(moved);
    name_again();
  }

  void move_links(const std::vector<parent_index>& moved) {
    std::uint32_t to = 0;
    for (std::size_t device = 0; device + 1 < out_.begins_.size(); ++device) {
      const auto from = out_.begins_[device];
      out_.begins_[device] = to;
      for (auto at = from; at < end_before_moving(device); ++at)
        if (moved[out_.links_[at]] != no_parent) out_.links_[to++] = moved[out_.links_[at]];
    }
    out_.begins_.back() = to;
    out_.links_.resize(to);
    out_.links_.shrink_to_fit();
  }

  void name_again() {
    out_.by_name_ = {};
    out_.by_name_.reserve(out_.names_.size());
    for (std::size_t i = 0; i < out_.names_.size(); ++i)
      out_.by_name_.emplace(out_.names_[i], static_cast<parent_index>(i));
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

  const v1::MunicipalitySet& set_;
  dependency_index& out_;
  boost::unordered_flat_map<std::string_view, const v1::Resident*> residents_;
  boost::unordered_flat_map<std::string_view, const v1::Household*> households_;
  boost::unordered_flat_map<std::string_view, std::uint32_t> people_of_;  // by household
  boost::unordered_flat_map<parent_index, int> gateways_;                 // to the device it is
  homes household_homes_, resident_homes_;
  std::string scratch_;
};

dependency_index::dependency_index(const v1::MunicipalitySet& set) { builder{set, *this}.build(); }

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
                      names_.capacity() * sizeof(std::string_view) +
                      by_name_.bucket_count() * sizeof(std::pair<std::string_view, parent_index>);
  for (const auto& name : own_names_) total += sizeof(name) + name.capacity();
  return total;
}

}  // namespace varde::registry
