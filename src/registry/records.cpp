// Parsing what lies packed. It was serialized by this process, so parsing can't fail.
#include "registry/records.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace varde::registry {

namespace {

template <class Message>
Message parsed(std::string_view bytes) {
  Message out;
  const bool good = out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  BOOST_ASSERT_MSG(good, "a packed message is what was serialized");
  return out;
}

}  // namespace

sensor_list::iterator& sensor_list::iterator::operator++() {
  while (!done_) {
    done_ = !fields_.next();
    if (!done_ && fields_.field() == v1::Device::kSensorsFieldNumber) break;
  }
  return *this;
}

std::uint16_t device_record::sensors_size() const {
  std::uint16_t count = 0;
  for ([[maybe_unused]] const auto one : sensors()) ++count;
  return count;
}

std::vector<std::string_view> device_record::kinds() const {
  std::vector<std::string_view> all{kind()};
  for (const auto one : sensors()) all.push_back(one.kind());
  return all;
}

sensor_record device_record::sensor(std::uint16_t place) const {
  for (const auto one : sensors())
    if (place-- == 0) return one;
  return {};
}

v1::Device device_record::whole() const { return parsed<v1::Device>(bytes()); }
v1::Resident resident_record::whole() const { return parsed<v1::Resident>(bytes()); }
v1::Household household_record::whole() const { return parsed<v1::Household>(bytes()); }

}  // namespace varde::registry
