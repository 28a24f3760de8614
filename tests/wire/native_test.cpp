// The native protocol's framing and its translation, over every way bytes can be split and every
// bound.
#include "wire/native.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "support/count_allocations.hpp"

namespace varde::wire {
namespace {

/// All frames that come out when `bytes` arrive in pieces of `piece`.
base::result<std::vector<std::string>> frames_of(std::string_view bytes, std::size_t piece) {
  native_framer framer;
  std::vector<std::string> out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    const std::string part{bytes.substr(0, piece)};
    framer.feed(part);
    for (;;) {
      auto frame = framer.next();
      if (!frame) return frame.error();
      if (!*frame) break;
      out.emplace_back(**frame);
    }
  }
  return out;
}

device::v1::FromDevice signal_frame(std::uint64_t sequence) {
  device::v1::FromDevice message;
  message.mutable_signal()->set_sequence(sequence);
  message.mutable_signal()->set_device_type(4);
  message.mutable_signal()->set_status(10);
  message.mutable_signal()->set_text(std::string(180, 'x'));
  return message;
}

device::v1::Signal some_signal() { return signal_frame(7).signal(); }

TEST(native_heartbeat, is_known_and_answered_as_protobuf_would_do_it) {
  const auto now = base::from_us(1'800'000'000'123'456);
  for (const std::uint64_t sequence : {0ull, 1ull, 127ull, 128ull, 20'000ull, 1ull << 40}) {
    device::v1::FromDevice beat;
    beat.mutable_heartbeat()->set_sequence(sequence);
    EXPECT_EQ(heartbeat_in(beat.SerializeAsString()), sequence);
    std::string by_hand, by_protobuf;
    append_heartbeat_answer(sequence, now, by_hand);
    append_frame(make_heartbeat_answer(sequence, now), by_protobuf);
    EXPECT_EQ(by_hand, by_protobuf);
  }
}

TEST(native_heartbeat, anything_else_is_left_to_protobuf) {
  device::v1::FromDevice other;
  other.mutable_signal()->set_sequence(7);
  for (const auto& frame : {std::string{}, std::string{"\x1a"}, std::string{"\x1a\x02\x08"},
                            std::string{"\x1a\x02\x08\x80"}, std::string{"\x1a\x03\x08\x01\x01"},
                            std::string{"\x1a\x02\x10\x01"}, other.SerializeAsString()})
    EXPECT_EQ(heartbeat_in(frame), std::nullopt) << frame.size();
}

TEST(native_heartbeat, costs_no_allocation_from_its_bytes_to_the_bytes_of_its_answer) {
  device::v1::FromDevice beat;
  beat.mutable_heartbeat()->set_sequence(123'456);
  std::string bytes, answer;
  append_frame(beat, bytes);
  answer.reserve(64);
  native_framer framer;
  const auto before = test::allocations();
  for (int i = 0; i < 100; ++i) {
    framer.feed(bytes);
    const auto frame = framer.next();
    answer.clear();
    append_heartbeat_answer(*heartbeat_in(**frame), base::wall_now(), answer);
  }
  EXPECT_EQ(test::allocations(), before);
}

TEST(native_acknowledge, of_a_received_signal_is_written_as_protobuf_would_do_it) {
  for (const std::uint64_t sequence : {1ull, 127ull, 128ull, 20'000ull, ~0ull}) {
    std::string by_hand, by_protobuf;
    append_received(sequence, by_hand);
    append_frame(make_acknowledge(sequence, alarm::verdict::received), by_protobuf);
    EXPECT_EQ(by_hand, by_protobuf);
  }
}

TEST(native_framer, frames_come_out_whole_however_the_bytes_are_split) {
  std::string bytes;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence)
    append_frame(signal_frame(sequence), bytes);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const auto frames = frames_of(bytes, piece);
    ASSERT_TRUE(frames) << piece;
    ASSERT_EQ(frames->size(), 5U) << piece;
    for (std::uint64_t sequence = 1; sequence <= 5; ++sequence)
      EXPECT_EQ(parse_from_device((*frames)[sequence - 1])->signal().sequence(), sequence);
  }
}

TEST(native_framer, arbitrary_bytes_never_give_a_frame_over_the_limit) {
  EXPECT_TRUE(rc::check([](const std::string& bytes, std::uint8_t piece) {
    if (auto frames = frames_of(bytes, piece + 1U))
      for (const auto& frame : *frames) RC_ASSERT(frame.size() <= native_frame_bytes_max);
  }));
}

TEST(native_framer, a_frame_of_the_maximum_length_is_read_and_one_byte_more_refused) {
  const std::string longest = "\x80\x20" + std::string(native_frame_bytes_max, 'a');
  EXPECT_EQ(frames_of(longest, 1000)->at(0).size(), native_frame_bytes_max);
  EXPECT_EQ(frames_of("\x81\x20", 2).error(), error::too_long);
}

TEST(native_framer, a_length_of_more_bytes_than_needed_is_refused) {
  EXPECT_EQ(frames_of(std::string_view{"\x81\x00", 2}, 1).error(), error::malformed_length);
  EXPECT_EQ(frames_of("\xff\xff\xff", 1).error(), error::too_long);
}

TEST(native_framer, an_empty_frame_is_a_frame) {
  EXPECT_EQ(frames_of(std::string_view{"\0\0", 2}, 1)->size(), 2U);
}

TEST(native_framer, says_while_a_frame_is_half_read) {
  std::string bytes;
  append_frame(signal_frame(1), bytes);
  native_framer framer;
  framer.feed(std::string_view{bytes}.substr(0, 10));
  EXPECT_FALSE(*framer.next());
  EXPECT_TRUE(framer.in_frame());
  framer.feed(std::string_view{bytes}.substr(10));
  EXPECT_TRUE(*framer.next());
  EXPECT_FALSE(framer.in_frame());
}

TEST(native_message, what_is_not_a_known_message_is_an_error) {
  EXPECT_EQ(parse_from_device("\xff\xff").error(), error::malformed_frame);
  EXPECT_EQ(parse_from_device("").error(), error::malformed_frame);
  EXPECT_EQ(parse_from_device("\x7a\x01x").error(), error::malformed_frame);  // field 15
}

TEST(native_message, text_that_is_not_utf8_is_an_error) {
  EXPECT_EQ(parse_from_device(std::string_view{"\x12\x03\x3a\x01\xe5", 5}).error(),
            error::malformed_frame);
}

TEST(native_signal, carries_every_field_over) {
  auto from = some_signal();
  from.set_intent(device::v1::INTENT_RESET);
  from.set_component(12);
  from.set_location(21);
  from.set_text("på kjøkkenet");
  from.set_sensor("S1");
  from.set_occurred_at_us(5);
  from.mutable_position()->set_latitude_deg(60.39);
  from.mutable_position()->set_longitude_deg(5.32);
  const auto to = to_signal(from, "nt-1", base::from_us(9), "192.0.2.1");
  ASSERT_TRUE(to);
  EXPECT_EQ(to->id(), "nt-1/7");
  EXPECT_EQ(to->protocol(), "native");
  EXPECT_EQ(to->device(), "nt-1");
  EXPECT_EQ(to->intent(), alarm::v1::INTENT_RESET);
  EXPECT_EQ(to->device_type(), 4U);
  EXPECT_EQ(to->status(), 10U);
  EXPECT_EQ(to->component(), 12U);
  EXPECT_EQ(to->location(), 21U);
  EXPECT_EQ(to->text(), "på kjøkkenet");
  EXPECT_EQ(to->sensor(), "S1");
  EXPECT_DOUBLE_EQ(to->position().latitude_deg(), 60.39);
  EXPECT_EQ(to->occurred_at_us(), 5);
  EXPECT_EQ(to->received_at_us(), 9);
  EXPECT_EQ(to->source(), "192.0.2.1");
}

TEST(native_signal, an_unsaid_or_unknown_intent_is_an_alarm) {
  auto from = some_signal();
  EXPECT_EQ(to_signal(from, "d", {}, "")->intent(), alarm::v1::INTENT_ALARM);
  from.set_intent(static_cast<device::v1::Intent>(77));
  EXPECT_EQ(to_signal(from, "d", {}, "")->intent(), alarm::v1::INTENT_ALARM);
}

TEST(native_signal, nonsense_in_a_lesser_field_does_not_lose_the_alarm) {
  auto from = some_signal();
  from.set_component(1000);
  from.set_location(1000);
  from.set_text(std::string(300, 'x') + "\x01");
  from.set_occurred_at_us(-1);
  from.mutable_position()->set_latitude_deg(91);
  const auto to = to_signal(from, "d", {}, "");
  ASSERT_TRUE(to);
  EXPECT_EQ(to->component(), 0U);
  EXPECT_EQ(to->location(), 0U);
  EXPECT_EQ(to->text().size(), native_text_characters_max);
  EXPECT_EQ(to->occurred_at_us(), 0);
  EXPECT_FALSE(to->has_position());
}

TEST(native_signal, what_decides_is_checked) {
  const auto error_of = [](auto change, std::string_view device = "d") {
    auto from = some_signal();
    change(from);
    return to_signal(from, device, {}, "").error();
  };
  const auto nothing = [](auto&) {};
  EXPECT_EQ(error_of([](auto& s) { s.set_sequence(0); }), error::bad_sequence);
  EXPECT_EQ(error_of([](auto& s) { s.set_device_type(10000); }), error::bad_device_type);
  EXPECT_EQ(error_of([](auto& s) { s.set_status(10000); }), error::bad_status);
  EXPECT_EQ(error_of(nothing, ""), error::bad_device);
  EXPECT_EQ(error_of(nothing, std::string(65, 'd')), error::bad_device);
}

TEST(native_answers, round_trip_through_their_frame) {
  std::string bytes;
  append_frame(make_welcome(64, 60, base::from_us(1)), bytes);
  append_frame(make_acknowledge(3, alarm::verdict::busy, 250), bytes);
  append_frame(make_acknowledge(4, alarm::verdict::refused, 0, "why"), bytes);
  append_frame(make_heartbeat_answer(5, base::from_us(2)), bytes);
  append_frame(make_failure("bad_frame", "detail"), bytes);
  const auto frames = frames_of(bytes, 3);
  ASSERT_EQ(frames->size(), 5U);
  EXPECT_EQ(parse_from_centre(frames->at(0))->welcome().window(), 64U);
  EXPECT_EQ(parse_from_centre(frames->at(1))->acknowledge().retry_after_ms(), 250U);
  EXPECT_EQ(parse_from_centre(frames->at(2))->acknowledge().verdict(), device::v1::VERDICT_REFUSED);
  EXPECT_EQ(parse_from_centre(frames->at(3))->heartbeat().sequence(), 5U);
  EXPECT_EQ(parse_from_centre(frames->at(4))->failure().code(), "bad_frame");
}

}  // namespace
}  // namespace varde::wire
