// Small made-up municipality sets that the registry's tests share.
#pragma once

#include "varde/registry/v1/registry.pb.h"

namespace varde::registry::samples {

/// Two residents in one household, one alone, one device of each state that matters.
inline v1::MunicipalitySet fjordvik() {
  v1::MunicipalitySet set;
  set.set_version(1);
  set.mutable_municipality()->set_id("9901");
  set.mutable_municipality()->set_name("Fjordvik");

  auto& home = *set.add_households();
  home.set_id("h1");
  home.mutable_address()->set_street("Naustveien 4");
  home.mutable_address()->set_dwelling("H0101");
  home.mutable_access()->set_key_box("Ved kjellerdøra");

  auto& anna = *set.add_residents();
  anna.set_id("1001");
  anna.set_name("Anna Solvang");
  anna.set_household("h1");
  anna.set_phone("+4799900001");
  auto& kin = *anna.add_next_of_kin();
  kin.set_name("Per Solvang");
  kin.set_phone("+4799900002");
  auto& olav = *set.add_residents();
  olav.set_id("1002");
  olav.set_name("Olav Solvang");
  olav.set_household("h1");
  olav.mutable_access()->set_lock("Kodelås");
  auto& kari = *set.add_residents();
  kari.set_id("1003");
  kari.set_name("Kari Moen");
  kari.mutable_address()->set_street("Åslia 3");
  kari.set_plan("dementia");

  const auto add_device = [&set](const char* id, const char* protocol, const char* wire_id,
                                 v1::DeviceState state) -> v1::Device& {
    auto& device = *set.add_devices();
    device.set_id(id);
    device.set_protocol(protocol);
    device.set_wire_id(wire_id);
    device.set_state(state);
    device.set_kind("safety_alarm");
    return device;
  };
  add_device("d1", "scaip", "26001", v1::DEVICE_STATE_INSTALLED).set_resident("1001");
  add_device("d2", "native", "smoke-1", v1::DEVICE_STATE_INSTALLED).set_household("h1");
  add_device("d3", "scaip", "26003", v1::DEVICE_STATE_STORED);
  add_device("d4", "scaip", "26004", v1::DEVICE_STATE_REPAIR).set_resident("1001");

  auto& team = *set.add_teams();
  team.set_id("day");
  team.set_name("Dagvakt");
  return set;
}

inline v1::MunicipalitySet nordmark() {
  v1::MunicipalitySet set;
  set.set_version(1);
  set.mutable_municipality()->set_id("9902");
  set.mutable_municipality()->set_name("Nordmark");
  auto& resident = *set.add_residents();
  resident.set_id("1001");
  resident.set_name("Nils Bakke");
  auto& device = *set.add_devices();
  device.set_id("d1");
  device.set_protocol("scaip");
  device.set_wire_id("27001");
  device.set_state(v1::DEVICE_STATE_INSTALLED);
  device.set_resident("1001");
  return set;
}

}  // namespace varde::registry::samples
