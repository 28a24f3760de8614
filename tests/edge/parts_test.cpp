// The parts of the edge that need no socket: the waiting room, the limiter of unknown sources,
// identity, and addresses as text.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "base/hash.hpp"
#include "edge/identity.hpp"
#include "edge/sockets.hpp"
#include "edge/source_limiter.hpp"
#include "edge/waiting_room.hpp"

namespace varde::edge {

namespace {

using namespace std::chrono_literals;

const base::steady_time start{1h};

struct nobody final : answer_target {
  void answered(std::uint64_t, alarm::verdict) override {}
};

TEST(waiting_room, a_ticket_brings_back_who_entered_and_only_once) {
  waiting_room room{8};
  const auto who = std::make_shared<nobody>();
  const auto ticket = room.enter({who, 42, start}, true);
  ASSERT_TRUE(ticket);
  const auto left = room.leave(*ticket);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->cookie, 42u);
  EXPECT_EQ(left->target.lock(), who);
  EXPECT_FALSE(room.leave(*ticket));
  EXPECT_EQ(room.size(), 0u);
}

TEST(waiting_room, a_place_used_again_gets_another_ticket) {
  waiting_room room{1};
  const auto first = room.enter({}, true);
  ASSERT_TRUE(first && room.leave(*first));
  const auto second = room.enter({}, true);
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
  EXPECT_FALSE(room.leave(*first));
}

TEST(waiting_room, life_has_places_that_others_may_not_take) {
  waiting_room room{8};
  int others = 0;
  while (room.enter({}, false)) ++others;
  EXPECT_EQ(others, 6);
  EXPECT_TRUE(room.enter({}, true));
  EXPECT_TRUE(room.enter({}, true));
  EXPECT_FALSE(room.enter({}, true));
}

TEST(waiting_room, tickets_that_were_never_issued_find_nobody) {
  waiting_room room{8};
  EXPECT_FALSE(room.leave(0));
  EXPECT_FALSE(room.leave(~std::uint64_t{0}));
}

TEST(waiting_room, those_who_waited_too_long_leave_in_their_order) {
  waiting_room room{8};
  const auto first = room.enter({{}, 1, start}, true);
  ASSERT_TRUE(first);
  ASSERT_TRUE(room.enter({{}, 2, start + 1s}, true));
  ASSERT_TRUE(room.enter({{}, 3, start + 9s}, true));
  ASSERT_TRUE(room.leave(*first));
  EXPECT_EQ(room.leave_if_entered_before(start + 5s)->cookie, 2u);
  EXPECT_FALSE(room.leave_if_entered_before(start + 5s));
  EXPECT_EQ(room.size(), 1u);
}

TEST(source_limiter, a_source_has_its_burst_and_then_its_rate) {
  source_limiter limiter{2, 60};
  EXPECT_TRUE(limiter.allow("192.0.2.1", start));
  EXPECT_TRUE(limiter.allow("192.0.2.1", start));
  EXPECT_FALSE(limiter.allow("192.0.2.1", start));
  EXPECT_TRUE(limiter.allow("192.0.2.2", start));
  EXPECT_TRUE(limiter.allow("192.0.2.1", start + 1s));
  EXPECT_FALSE(limiter.allow("192.0.2.1", start + 1s));
}

TEST(source_limiter, remembers_a_bounded_number_and_forgets_who_is_quiet) {
  source_limiter limiter{1, 60};
  for (std::size_t i = 0; i < source_limiter::sources_max; ++i)
    EXPECT_TRUE(limiter.allow("source " + std::to_string(i), start));
  EXPECT_TRUE(limiter.allow("one more", start));
  EXPECT_FALSE(limiter.allow("another", start));  // they share what is left
  EXPECT_EQ(limiter.remembered(), source_limiter::sources_max);
  EXPECT_TRUE(limiter.allow("later", start + 5s));
  EXPECT_EQ(limiter.remembered(), 1u);
}

class identity : public ::testing::Test {
 protected:
  standing judge(const proof& shown, std::string_view name = "varde-1") {
    set_.mutable_municipality()->set_id("4601");
    auto copy = set_;
    const registry::view all{{registry::set_view::make(std::move(copy))}};
    return identify(all, name, shown);
  }
  registry::v1::Device& device() {
    if (set_.devices_size() == 0) {
      auto& made = *set_.add_devices();
      made.set_protocol("native");
      made.set_wire_id("varde-1");
    }
    return *set_.mutable_devices(0);
  }
  static std::string hex(std::string_view of) { return base::sha256_hex(of); }

  registry::v1::MunicipalitySet set_;
};

TEST_F(identity, the_registered_certificate_proves_the_device) {
  device().set_certificate_sha256(hex("certificate"));
  EXPECT_EQ(judge({.certificate = base::sha256("certificate")}), standing::proven);
  EXPECT_EQ(judge({.certificate = base::sha256("another")}), standing::refused);
  EXPECT_EQ(judge({}), standing::refused);
}

TEST_F(identity, a_secret_counts_only_where_the_municipality_allows_it) {
  device().set_secret_hash(hex("secret"));
  device().set_certificate_sha256(hex("certificate"));
  EXPECT_EQ(judge({.secret = base::sha256("secret")}), standing::refused);
  set_.mutable_municipality()->set_native_secret_allowed(true);
  EXPECT_EQ(judge({.secret = base::sha256("secret")}), standing::proven);
  EXPECT_EQ(judge({.secret = base::sha256("guess")}), standing::refused);
}

TEST_F(identity, who_is_not_registered_or_can_prove_nothing_is_unknown) {
  EXPECT_EQ(judge({}, "nobody"), standing::unknown);
  device();
  EXPECT_EQ(judge({.secret = base::sha256("anything")}), standing::unknown);
}

socket_address address_of(const char* text) {
  socket_address out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (::inet_pton(AF_INET, text, &v4->sin_addr) == 1)
    v4->sin_family = AF_INET;
  else if (::inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
    v6->sin6_family = AF_INET6;
  return out;
}

TEST(address_text, is_what_people_write) {
  for (const char* text : {"0.0.0.0", "192.0.2.7", "255.255.255.255", "2001:db8::7", "::1"})
    EXPECT_EQ(host_text(address_of(text)), text);
  EXPECT_EQ(host_text(address_of("::ffff:192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(host_text({}), "") << "of no family";
}

}  // namespace

}  // namespace varde::edge
