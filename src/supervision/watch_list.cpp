// A set that changed is gone through twice: its new devices are taken up, then the old ones that
// are no more are dropped. Until both are done the old set is kept, since entries point into it.
#include "supervision/watch_list.hpp"

#include <algorithm>

namespace varde::supervision {

namespace {

using registry::device_record;
using registry::no_number;
using registry::thing_number;

/// Only what stands in a home is expected to speak.
bool is_in_use(const device_record& device) {
  return device.state() == registry::v1::DEVICE_STATE_INSTALLED &&
         !(device.resident().empty() && device.household().empty());
}

thing_number number_of(const registry::view& all, const device_record& device) {
  const auto match = all.find_device(device.protocol(), device.wire_id());
  // Of two municipalities that have the name, one has the device.
  return match && match->device == device ? match->number : no_number;
}

}  // namespace

bool watch_list::follow(std::uint32_t now_s, std::size_t devices_max) {
  now_s_ = now_s;
  if (!next_) {
    if (directory_.generation() == generation_) return true;
    begin();
  }
  if (!take_some(devices_max) || !drop_some(devices_max)) return false;
  view_ = std::move(next_);
  next_ = nullptr;
  return directory_.generation() == generation_;
}

void watch_list::begin() {
  generation_ = directory_.generation();
  next_ = directory_.current();
  const auto changed = [](const auto& sets, const registry::view& in) {
    std::vector<std::shared_ptr<const registry::set_view>> out;
    std::ranges::copy_if(sets, std::back_inserter(out),
                         [&](const auto& set) { return in.municipality(set->id()) != set; });
    return out;
  };
  to_take_ = changed(next_->municipalities(), *view_);
  to_drop_ = changed(view_->municipalities(), *next_);
  device_at_ = 0;
}

bool watch_list::take_some(std::size_t& budget) {
  while (!to_take_.empty()) {
    const auto& set = *to_take_.back();
    place_ = place_of(set.id());
    for (; device_at_ < set.device_count(); ++device_at_, --budget) {
      if (budget == 0) return false;
      take(set, set.device_at(device_at_));
    }
    to_take_.pop_back();
    device_at_ = 0;
  }
  return true;
}

void watch_list::take(const registry::set_view& set, const device_record& device) {
  const auto number = number_of(*next_, device);
  if (number == no_number) return;
  const auto last = number + device.sensors_size();
  for (auto n = number; n <= last; ++n) seen_.prepare(n);
  if (list_.size() <= last) list_.resize(last + 1);
  carry_over(device, number);
  const bool in_use = is_in_use(device);
  take_one(number, device, 0, in_use ? expected_of(device, set.policy()) : expectation{});
  std::uint16_t place = 0;
  for (const auto sensor : device.sensors()) {
    ++place;
    take_one(number + place, device, place,
             in_use ? expected_of(sensor, device, set.policy()) : expectation{});
  }
}

void watch_list::take_one(thing_number number, const device_record& device, std::uint16_t sensor,
                          const expectation& of) {
  watched& w = list_[number];
  if (of.limit_s == 0) {
    drop(number);
    return;
  }
  const bool fresh = !w.is_watched();
  if (fresh) {
    const auto written_s = w.written_s;
    w = watched{};
    w.now = presence{now_s_};
    w.written_s = written_s;
    w.municipality = place_;
    ++watched_;
  }
  w.device = device;
  w.sensor = sensor;
  const bool changed = std::exchange(w.of, of) != of;
  if (fresh || changed) listener_.taken(number, w, fresh);
}

/// A device whose sensors changed has new numbers: what was heard of it and of the sensors that
/// stay goes along.
void watch_list::carry_over(const device_record& device, thing_number to) {
  const auto before = view_->find_device(device.protocol(), device.wire_id());
  if (!before || before->number == to || before->set->id() != municipalities_[place_]) return;
  const auto carry = [this](thing_number from, thing_number into) {
    if (from == no_number) return;
    seen_.raise(into, seen_.look(from).heard_s);
    list_[into].written_s = from < list_.size() ? list_[from].written_s : 0;
  };
  carry(before->number, to);
  for (const auto sensor : device.sensors()) carry(sensor_number(*before, sensor.id()), ++to);
}

bool watch_list::drop_some(std::size_t& budget) {
  while (!to_drop_.empty()) {
    const auto& set = *to_drop_.back();
    for (; device_at_ < set.device_count(); ++device_at_, --budget) {
      if (budget == 0) return false;
      const auto device = set.device_at(device_at_);
      const auto was = number_of(*view_, device);
      if (was == no_number) continue;
      const auto now = next_->find_device(device.protocol(), device.wire_id());
      if (now && now->number == was) continue;
      for (thing_number i = 0; i <= device.sensors_size(); ++i) drop(was + i);
    }
    to_drop_.pop_back();
    device_at_ = 0;
  }
  return true;
}

void watch_list::drop(thing_number number) {
  watched* w = find(number);
  if (w == nullptr) return;
  listener_.dropped(number, *w);
  --watched_;
  *w = watched{};
}

thing watch_list::thing_of(const watched& w) const {
  const auto& in = next_ ? *next_ : *view_;
  auto set = in.municipality(municipalities_[w.municipality]);
  if (!set) set = view_->municipality(municipalities_[w.municipality]);
  return {set.get(), w.device,
          w.sensor == 0 ? registry::sensor_record{} : w.device.sensor(w.sensor - 1)};
}

std::uint16_t watch_list::place_of(const std::string& municipality) {
  const auto at = std::ranges::find(municipalities_, municipality);
  if (at != municipalities_.end()) return static_cast<std::uint16_t>(at - municipalities_.begin());
  municipalities_.push_back(municipality);
  return static_cast<std::uint16_t>(municipalities_.size() - 1);
}

}  // namespace varde::supervision
