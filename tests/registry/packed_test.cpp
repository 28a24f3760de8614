// Things kept as their bytes: what goes in comes out, and bytes that are no message do no harm.
#include "registry/packed.hpp"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "registry/records.hpp"
#include "registry/sample_sets.hpp"
#include "registry/set_view.hpp"

namespace varde::registry {
namespace {

using google::protobuf::util::MessageDifferencer;

TEST(packed, each_thing_comes_out_as_it_went_in) {
  const auto sample = samples::fjordvik();
  packed_list devices, residents;
  for (const auto& one : sample.devices()) ASSERT_TRUE(devices.add(one));
  for (const auto& one : sample.residents()) ASSERT_TRUE(residents.add(one));
  for (int i = 0; i < sample.devices_size(); ++i) {
    const device_record kept{devices[static_cast<std::uint32_t>(i)]};
    EXPECT_TRUE(MessageDifferencer::Equals(kept.whole(), sample.devices(i)));
  }
  for (int i = 0; i < sample.residents_size(); ++i) {
    const resident_record kept{residents[static_cast<std::uint32_t>(i)]};
    EXPECT_TRUE(MessageDifferencer::Equals(kept.whole(), sample.residents(i)));
  }
}

TEST(packed, single_fields_are_read_where_they_lie) {
  v1::Device device;
  device.set_wire_id("26001");
  device.set_state(v1::DEVICE_STATE_INSTALLED);
  device.set_household(std::string(300, 'h'));  // a length of two bytes
  device.set_beat_interval_s(86'400);
  for (const auto* name : {"button", "smoke"}) device.add_sensors()->set_id(name);
  packed_list list;
  ASSERT_TRUE(list.add(device));
  const device_record kept{list[0]};
  EXPECT_EQ(kept.protocol(), "");
  EXPECT_EQ(kept.wire_id(), "26001");
  EXPECT_EQ(kept.state(), v1::DEVICE_STATE_INSTALLED);
  EXPECT_EQ(kept.household(), device.household());
  EXPECT_EQ(kept.beat_interval_s(), 86'400u);
  EXPECT_EQ(kept.sensors_size(), 2u);
  EXPECT_EQ(kept.sensor(1).id(), "smoke");
  EXPECT_FALSE(kept.sensor(2));
}

TEST(packed, a_walk_over_cut_off_bytes_ends) {
  const auto bytes = samples::fjordvik().SerializeAsString();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    field_reader at{std::string_view{bytes}.substr(0, size)};
    std::size_t walked = 0;
    while (at.next()) walked += at.whole().size();
    EXPECT_EQ(at.at_end(), walked == size);
  }
}

TEST(packed, a_set_is_the_same_from_its_bytes_as_from_its_message) {
  const auto sample = samples::fjordvik();
  const auto made = set_view::make(sample);
  const auto read = set_view::read(sample.SerializeAsString());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id(), made->id());
  EXPECT_EQ(read->version(), made->version());
  EXPECT_EQ(read->teams().size(), made->teams().size());
  ASSERT_EQ(read->device_count(), made->device_count());
  for (device_index i = 0; i < read->device_count(); ++i)
    EXPECT_EQ(read->device_at(i).bytes(), made->device_at(i).bytes());
  EXPECT_EQ(read->dependencies().parent_count(), made->dependencies().parent_count());
}

TEST(packed, what_is_no_set_is_not_read) {
  const auto bytes = samples::fjordvik().SerializeAsString();
  EXPECT_FALSE(set_view::read(std::string_view{bytes}.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(set_view::read("no set"));
}

}  // namespace
}  // namespace varde::registry
