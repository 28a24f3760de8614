// A device, resident or household of a set, read where it lies: what is asked often costs no
// allocation, the rest is parsed when somebody asks. Each may be none, and is then used like a
// null pointer: `if (const auto device = set.device(id)) use(device->kind());`.
#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

#include "registry/packed.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// Good as long as the set_view, as are the views that it gives.
class sensor_record {
 public:
  sensor_record() = default;
  explicit sensor_record(std::string_view bytes) : bytes_{bytes} {}
  explicit operator bool() const { return bytes_.data() != nullptr; }
  const sensor_record* operator->() const { return this; }

  [[nodiscard]] std::string_view id() const { return text_in(bytes_, v1::Sensor::kIdFieldNumber); }
  [[nodiscard]] std::string_view kind() const {
    return text_in(bytes_, v1::Sensor::kKindFieldNumber);
  }
  [[nodiscard]] std::uint32_t beat_interval_s() const {
    return static_cast<std::uint32_t>(number_in(bytes_, v1::Sensor::kBeatIntervalSFieldNumber));
  }

 private:
  std::string_view bytes_;
};

/// The sensors of a device, in the set's order.
class sensor_list {
 public:
  class iterator {
   public:
    using value_type = sensor_record;
    using difference_type = std::ptrdiff_t;
    explicit iterator(std::string_view device) : fields_{device} { ++*this; }
    sensor_record operator*() const { return sensor_record{fields_.bytes()}; }
    iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& at, std::default_sentinel_t) { return at.done_; }

   private:
    field_reader fields_;
    bool done_ = false;
  };

  explicit sensor_list(std::string_view device) : device_{device} {}
  [[nodiscard]] iterator begin() const { return iterator{device_}; }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  std::string_view device_;
};

/// Good as long as the set_view, as are the views that it gives.
class device_record : public packed_message {
 public:
  using packed_message::packed_message;
  explicit device_record(packed_message of) : packed_message{of} {}
  const device_record* operator->() const { return this; }
  const device_record& operator*() const { return *this; }

  [[nodiscard]] std::string_view id() const { return text(v1::Device::kIdFieldNumber); }
  [[nodiscard]] std::string_view protocol() const { return text(v1::Device::kProtocolFieldNumber); }
  [[nodiscard]] std::string_view wire_id() const { return text(v1::Device::kWireIdFieldNumber); }
  [[nodiscard]] std::string_view profile() const { return text(v1::Device::kProfileFieldNumber); }
  [[nodiscard]] std::string_view kind() const { return text(v1::Device::kKindFieldNumber); }
  [[nodiscard]] v1::DeviceState state() const {
    return static_cast<v1::DeviceState>(number(v1::Device::kStateFieldNumber));
  }
  [[nodiscard]] std::string_view resident() const { return text(v1::Device::kResidentFieldNumber); }
  [[nodiscard]] std::string_view household() const {
    return text(v1::Device::kHouseholdFieldNumber);
  }
  [[nodiscard]] std::string_view digest_user() const {
    return text(v1::Device::kDigestUserFieldNumber);
  }
  [[nodiscard]] std::string_view digest_ha1() const {
    return text(v1::Device::kDigestHa1FieldNumber);
  }
  [[nodiscard]] std::string_view secret_hash() const {
    return text(v1::Device::kSecretHashFieldNumber);
  }
  [[nodiscard]] std::string_view certificate_sha256() const {
    return text(v1::Device::kCertificateSha256FieldNumber);
  }
  [[nodiscard]] std::uint32_t beat_interval_s() const {
    return static_cast<std::uint32_t>(number(v1::Device::kBeatIntervalSFieldNumber));
  }
  [[nodiscard]] sensor_list sensors() const { return sensor_list{bytes()}; }
  [[nodiscard]] std::uint16_t sensors_size() const;
  /// Its own kind and its sensors'.
  [[nodiscard]] std::vector<std::string_view> kinds() const;
  /// None if there are not so many.
  [[nodiscard]] sensor_record sensor(std::uint16_t place) const;

  /// All of it but `depends_on`, which the set's dependencies know.
  [[nodiscard]] v1::Device whole() const;
};

/// Good as long as the set_view, as are the views that it gives.
class resident_record : public packed_message {
 public:
  using packed_message::packed_message;
  explicit resident_record(packed_message of) : packed_message{of} {}
  const resident_record* operator->() const { return this; }
  const resident_record& operator*() const { return *this; }

  [[nodiscard]] std::string_view id() const { return text(v1::Resident::kIdFieldNumber); }
  [[nodiscard]] std::string_view name() const { return text(v1::Resident::kNameFieldNumber); }
  [[nodiscard]] std::string_view household() const {
    return text(v1::Resident::kHouseholdFieldNumber);
  }
  [[nodiscard]] std::string_view phone() const { return text(v1::Resident::kPhoneFieldNumber); }
  /// The first next of kin's; empty if there is none.
  [[nodiscard]] std::string_view next_of_kin_phone() const {
    return text_in(text(v1::Resident::kNextOfKinFieldNumber), v1::NextOfKin::kPhoneFieldNumber);
  }
  /// 0: unknown.
  [[nodiscard]] std::uint32_t birth_year() const {
    return static_cast<std::uint32_t>(number(v1::Resident::kBirthYearFieldNumber));
  }
  [[nodiscard]] std::string_view plan() const { return text(v1::Resident::kPlanFieldNumber); }
  [[nodiscard]] bool lives_alone() const {
    return number(v1::Resident::kLivesAloneFieldNumber) != 0;
  }
  [[nodiscard]] bool depends_on_power() const {
    return !text(v1::Resident::kDependsOnPowerFieldNumber).empty();
  }
  [[nodiscard]] bool cognitive_impairment() const {
    return number(v1::Resident::kCognitiveImpairmentFieldNumber) != 0;
  }
  [[nodiscard]] v1::Resident whole() const;
};

/// Good as long as the set_view, as are the views that it gives.
class household_record : public packed_message {
 public:
  using packed_message::packed_message;
  explicit household_record(packed_message of) : packed_message{of} {}
  const household_record* operator->() const { return this; }
  const household_record& operator*() const { return *this; }

  [[nodiscard]] std::string_view id() const { return text(v1::Household::kIdFieldNumber); }
  [[nodiscard]] v1::Household whole() const;
};

}  // namespace varde::registry
