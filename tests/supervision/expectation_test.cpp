// Whose word counts on how often a device beats.
#include "supervision/expectation.hpp"

#include <gtest/gtest.h>

namespace varde::supervision {
namespace {

struct expectations : testing::Test {
  expectations() {
    device.set_protocol("native");
    device.set_kind("safety_alarm");
    sensor.set_kind("smoke");
  }
  registry::v1::SupervisionProfile& profile() { return *policy.add_supervision(); }
  /// Of the device as the registry keeps it.
  expectation of_device() {
    EXPECT_TRUE(kept.add(device));
    return expected_of(registry::device_record{kept[kept.size() - 1]}, policy);
  }
  expectation of_sensor() {
    *device.add_sensors() = sensor;
    EXPECT_TRUE(kept.add(device));
    const registry::device_record gateway{kept[kept.size() - 1]};
    return expected_of(gateway.sensor(0), gateway, policy);
  }

  registry::v1::Policy policy;
  registry::v1::Device device;
  registry::v1::Sensor sensor;
  registry::packed_list kept;
};

TEST_F(expectations, without_a_word_a_device_beats_once_a_day_and_may_miss_three) {
  EXPECT_EQ(of_device(), (expectation{86'400, 3 * 86'400}));
}

TEST_F(expectations, the_first_profile_that_matches_counts) {
  profile().set_protocol("scaip");
  auto& smoke = profile();
  smoke.add_device_kinds("smoke");
  smoke.set_beat_interval_s(300);
  auto& any = profile();
  any.set_beat_interval_s(60);
  any.set_missed_beats(5);
  EXPECT_EQ(of_device(), (expectation{60, 300}));
  EXPECT_EQ(of_sensor(), (expectation{300, 900}));
}

TEST_F(expectations, a_devices_own_interval_goes_before_its_profiles) {
  auto& any = profile();
  any.set_beat_interval_s(60);
  any.set_missed_beats(2);
  device.set_beat_interval_s(10);
  EXPECT_EQ(of_device(), (expectation{10, 20}));
}

TEST_F(expectations, a_profile_that_is_off_says_that_nothing_is_expected) {
  profile().set_off(true);
  device.set_beat_interval_s(10);
  EXPECT_EQ(of_device().limit_s, 0u);
}

TEST_F(expectations, numbers_beyond_reason_are_bounded) {
  auto& any = profile();
  any.set_beat_interval_s(4'000'000'000u);
  any.set_missed_beats(4'000'000'000u);
  EXPECT_EQ(of_device().limit_s, limit_s_max);
}

TEST_F(expectations, grace_is_a_beat_and_a_tenth_but_never_more_than_the_limit) {
  EXPECT_EQ((expectation{60, 180}.grace_s()), 66u);
  EXPECT_EQ((expectation{60, 60}.grace_s()), 60u);
}

}  // namespace
}  // namespace varde::supervision
