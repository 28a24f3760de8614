// What is packed as it came: everything the serializer writes, and nothing that would not parse.
#include "registry/serialized_form.hpp"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "registry/sample_sets.hpp"
#include "registry/set_view.hpp"

namespace varde::registry {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void fill(Message& message);

void fill_field(Message& message, const FieldDescriptor& field) {
  const auto& reflect = *message.GetReflection();
  const auto put = [&](auto set, auto add, auto value) {
    if (!field.is_repeated()) return (reflect.*set)(&message, &field, value);
    for (int i = 0; i < 2; ++i) (reflect.*add)(&message, &field, value);
  };
  using google::protobuf::Reflection;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&Reflection::SetString, &Reflection::AddString,
                 std::string(200, 'x') + " på Åsen");
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32, std::uint32_t{70'000});
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, true);
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, 1);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&Reflection::SetDouble, &Reflection::AddDouble, 61.5);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return fill(field.is_repeated() ? *reflect.AddMessage(&message, &field)
                                      : *reflect.MutableMessage(&message, &field));
    default:
      FAIL() << field.full_name() << " is of a kind that the registry's forms don't know";
  }
}

void fill(Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i)
    fill_field(message, *message.GetDescriptor()->field(i));
}

template <class Message>
class form : public testing::Test {};
using forms = testing::Types<v1::Resident, v1::Household, v1::Device>;
TYPED_TEST_SUITE(form, forms);

TYPED_TEST(form, every_field_of_the_schema_is_known) {
  const auto& type = *TypeParam::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    TypeParam one;
    fill_field(one, *type.field(i));
    EXPECT_TRUE(is_as_serialized<TypeParam>(one.SerializeAsString())) << type.field(i)->full_name();
  }
  TypeParam all;
  fill(all);
  EXPECT_TRUE(is_as_serialized<TypeParam>(all.SerializeAsString()));
  EXPECT_TRUE(is_as_serialized<TypeParam>(""));
}

TYPED_TEST(form, what_is_taken_parses_whatever_was_bitten) {
  TypeParam all;
  fill(all);
  const auto good = all.SerializeAsString();
  std::mt19937 random{7};
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (auto bites = 1 + below(3); bites > 0; --bites)
      bytes[below(bytes.size())] = static_cast<char>(below(256));
    if (below(4) == 0) bytes.resize(below(bytes.size()));
    if (is_as_serialized<TypeParam>(bytes)) {
      TypeParam parsed;
      EXPECT_TRUE(parsed.ParseFromString(bytes));
    }
  }
}

TEST(serialized_form, other_orders_and_unknown_fields_are_left_to_the_parser) {
  v1::Device named, placed;
  named.set_id("d1");
  placed.set_resident("L1");
  EXPECT_TRUE(is_as_serialized<v1::Device>(named.SerializeAsString() + placed.SerializeAsString()));
  EXPECT_FALSE(
      is_as_serialized<v1::Device>(placed.SerializeAsString() + named.SerializeAsString()));
  EXPECT_FALSE(is_as_serialized<v1::Device>(named.SerializeAsString() + "\x82\x01\x01x"));  // 16
  EXPECT_FALSE(is_as_serialized<v1::Device>({"\x0a\x82\x80\x00xy", 6}));  // a size that is too long
  EXPECT_FALSE(is_as_serialized<v1::Device>("\x0a\x02\xc3\x28"));         // no text
}

TEST(serialized_form, a_set_in_another_order_is_packed_in_order) {
  v1::Device named, placed;
  named.set_id("d1");
  named.set_protocol("scaip");
  named.set_wire_id("26001");
  placed.set_resident("L1");
  placed.add_depends_on("power:1");
  auto sample = samples::fjordvik();
  sample.clear_devices();
  const auto device = placed.SerializeAsString() + named.SerializeAsString();
  constexpr char tag = v1::MunicipalitySet::kDevicesFieldNumber << 3 | 2;
  const auto set =
      set_view::read(sample.SerializeAsString() + tag + static_cast<char>(device.size()) + device);
  ASSERT_TRUE(set);
  const auto found = set->find_device("scaip", "26001");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->resident(), "L1");
}

TEST(serialized_form, what_a_device_depends_on_is_not_packed_and_what_stands_after_it_is) {
  v1::MunicipalitySet sample;
  sample.mutable_municipality()->set_id("9901");
  for (const auto* id : {"d1", "d2"}) {
    auto& device = *sample.add_devices();
    device.set_id(id);
    device.set_wire_id(id);
    device.set_state(v1::DEVICE_STATE_INSTALLED);
    for (const auto* what : {"power:1", "cloud:a"}) device.add_depends_on(what);
    device.add_sensors()->set_id("button");
    device.set_beat_interval_s(60);
  }
  const auto set = set_view::read(sample.SerializeAsString());
  ASSERT_TRUE(set);
  const auto kept = set->device_at(1).whole();
  EXPECT_EQ(kept.depends_on_size(), 0);
  EXPECT_EQ(kept.sensors(0).id(), "button");
  EXPECT_EQ(kept.beat_interval_s(), 60u);
  EXPECT_EQ(set->dependencies().parents_of(1).size(), 2u);
}

}  // namespace
}  // namespace varde::registry
