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

/// What of a device is asked here, read in one walk.
struct owned_device {
  owned_device() = default;
  explicit owned_device(const device_record& device) {
    for (field_reader at{device.bytes()};
         at.next() && at.field() <= v1::Device::kHouseholdFieldNumber;) {
      if (at.field() == v1::Device::kStateFieldNumber)
        is_installed = at.number() == v1::DEVICE_STATE_INSTALLED;
      if (at.field() == v1::Device::kResidentFieldNumber) resident = at.bytes();
      if (at.field() == v1::Device::kHouseholdFieldNumber) household = at.bytes();
    }
  }

  bool is_installed = false;
  std::string_view resident, household;
};

std::string_view postcode_in(packed_message thing, int address_field) {
  return text_in(thing.text(address_field), v1::Address::kPostcodeFieldNumber);
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
  /// Which devices others depend on, and the parents that they are.
  void name_gateways() {
    for (parent_index parent = 0; parent < named_.names_.size(); ++parent) {
      const std::string_view name = named_.names_[parent];
      if (!name.starts_with(gateway_prefix)) continue;
      if (const auto begin = set_.devices_by_id.find(name.substr(gateway_prefix.size()))) {
        const auto device = set_.devices.place_of(*begin);
        gateways_.emplace(parent, device);
        named_gateways_.emplace(device, parent);
      }
    }
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

  void link_devices() {
    const auto devices = set_.devices.size();
    out_.begins_.reserve(devices + std::size_t{1});
    out_.homes_.reserve(devices);
    out_.links_.reserve(named_.links_.size());
    for (device_index i = 0; i < devices; ++i) {
      const owned_device device{set_.device_at(i)};
      if (device.is_installed) {
        const auto& home = home_of(device);
        out_.homes_.push_back(home.number);
        link(i, home.postcode);
      } else {
        out_.homes_.push_back(no_home);
      }
      out_.begins_.push_back(static_cast<std::uint32_t>(out_.links_.size()));
    }
  }

  void link(device_index device, std::string_view postcode) {
    if (const auto itself = named_gateways_.find(device); itself != named_gateways_.end())
      add(itself->second, 0);
    add_all_of(device, dependency_index::gateway_depth_max);
    const auto first = out_.links_.begin() + out_.begins_.back();
    const bool names_one = std::any_of(first, out_.links_.end(), [this](parent_index parent) {
      return named_.is_postal_[parent] != 0;
    });
    if (!names_one && !postcode.empty()) add(named_.intern(postal_prefix, postcode), 0);
  }

  struct known_home {
    home_index number;
    std::string_view postcode;
  };

  /// Nobody's device is a home of its own. The devices of one owner often stand together.
  const known_home& home_of(const owned_device& device) {
    const bool is_nobodys = device.resident.empty() && device.household.empty();
    if (is_nobodys || device.resident != last_.resident || device.household != last_.household)
      home_ = find_home(device);
    last_ = device;
    return home_;
  }

  known_home find_home(const owned_device& device) {
    const auto resident = set_.resident(device.resident);
    const auto household = resident ? resident->household() : device.household;
    const auto shared = set_.household(household);
    known_home found{next_home(), {}};
    if (shared)
      found.postcode = postcode_in(shared, v1::Household::kAddressFieldNumber);
    else if (resident)
      found.postcode = postcode_in(resident, v1::Resident::kAddressFieldNumber);
    if (!household.empty())
      found.number =
          numbered(household_homes_, household,
                   static_cast<std::uint32_t>(set_.residents_by_household.of(household).size()));
    else if (resident)
      found.number = numbered(resident_homes_, device.resident, 1);
    else
      out_.residents_.push_back(0);
    return found;
  }

  home_index next_home() const { return static_cast<home_index>(out_.residents_.size()); }

  using homes =
      boost::unordered_flat_map<std::string_view, home_index, std::hash<std::string_view>>;
  home_index numbered(homes& known, std::string_view id, std::uint32_t people) {
    const auto [at, fresh] = known.try_emplace(id, next_home());
    if (fresh) out_.residents_.push_back(people);
    return at->second;
  }

  void drop_lonely_parents() {
    std::vector<std::uint32_t> devices(named_.names_.size());
    for (const auto parent : out_.links_) ++devices[parent];
    std::vector<parent_index> kept;
    for (std::size_t i = 0; i < devices.size(); ++i)
      if (devices[i] >= 2) kept.push_back(static_cast<parent_index>(i));
    std::vector<std::uint8_t> ranks(devices.size());
    for (const auto i : kept) ranks[i] = static_cast<std::uint8_t>(rank_of(named_.names_[i]));
    std::ranges::stable_sort(kept, {}, [&](auto i) { return ranks[i]; });

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
      if (ranks[i] < may_fail_the_mains.size()) out_.signals_only_from_ = index + 1;
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
    out_.homes_under_.resize(out_.names_.size());
    out_.residents_under_.resize(out_.names_.size());
    std::vector<home_index> last_home(out_.names_.size(), ~home_index{0});
    for (const auto device : devices_by_home())
      for (const auto parent : out_.parents_of(device)) {
        const auto home = out_.homes_[device];
        if (std::exchange(last_home[parent], home) == home) continue;
        ++out_.homes_under_[parent];
        out_.residents_under_[parent] += out_.residents_[home];
      }
  }

  /// The installed ones, those of one home together.
  std::vector<device_index> devices_by_home() const {
    std::vector<std::uint32_t> begins(out_.residents_.size() + 1);
    for (const auto home : out_.homes_)
      if (home != no_home) ++begins[home + std::size_t{1}];
    std::inclusive_scan(begins.begin(), begins.end(), begins.begin());
    std::vector<device_index> devices(begins.back());
    for (device_index device = 0; device < out_.homes_.size(); ++device)
      if (const auto home = out_.homes_[device]; home != no_home) devices[begins[home]++] = device;
    return devices;
  }

  /// What is not installed has none.
  static constexpr home_index no_home = ~home_index{0};

  dependency_builder& named_;
  const set_tables& set_;
  dependency_index& out_;
  boost::unordered_flat_map<parent_index, device_index> gateways_;
  boost::unordered_flat_map<device_index, parent_index> named_gateways_;
  homes household_homes_, resident_homes_;
  owned_device last_{};
  known_home home_{};
};

void dependency_builder::add_name(std::string_view name) {
  links_.push_back(name.find(':') == std::string_view::npos ? intern(gateway_prefix, name)
                                                            : intern(name));
}

void dependency_builder::end_device() {
  begins_.push_back(static_cast<std::uint32_t>(links_.size()));
}

parent_index dependency_builder::intern(std::string_view name) {
  if (const auto at = by_name_.find(name); at != by_name_.end()) return at->second;
  const auto index = static_cast<parent_index>(names_.size());
  by_name_.emplace(names_.emplace_back(name), index);
  is_postal_.push_back(name.starts_with(postal_prefix));
  return index;
}

parent_index dependency_builder::intern(std::string_view prefix, std::string_view rest) {
  scratch_.assign(prefix).append(rest);
  return intern(scratch_);
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
