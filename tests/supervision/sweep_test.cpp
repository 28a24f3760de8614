// The sweep on virtual time: one node and several, through restarts, lost leases and outages of
// their own.
#include "supervision/sweep.hpp"

#include <gtest/gtest.h>

#include <set>

#include "supervision/model_store.hpp"

namespace varde::supervision {
namespace {

constexpr std::int64_t start_s = 1'800'000'000;

registry::v1::MunicipalitySet homes(int devices, std::uint32_t interval_s = 60) {
  registry::v1::MunicipalitySet set;
  set.set_version(1);
  set.mutable_municipality()->set_id("9901");
  set.add_residents()->set_id("1");
  for (int i = 0; i < devices; ++i) {
    auto& device = *set.add_devices();
    device.set_id("d" + std::to_string(i));
    device.set_protocol("native");
    device.set_wire_id(std::to_string(i));
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    device.set_resident("1");
    device.set_beat_interval_s(interval_s);
  }
  return set;
}

/// What all nodes of a test share.
class node;
struct world {
  std::int64_t elapsed_s = 0;
  registry::directory directory;
  test::shared_times redis;
  std::string keeper = "a";
  std::vector<std::string> told;  // "gone 3", "back 3", in order, by whoever told it
  std::vector<node*> nodes;       // who hears what the ledger says
  bool ledger_works = true;

  [[nodiscard]] base::steady_time steady() const {
    return base::steady_time{std::chrono::seconds{50'000 + elapsed_s}};
  }
  [[nodiscard]] base::wall_time wall() const {
    return base::from_us((start_s + elapsed_s) * 1'000'000);
  }
  [[nodiscard]] std::set<std::string> once() const { return {told.begin(), told.end()}; }
};

class node {
 public:
  node(world& in, std::string name)
      : in_(in),
        name_(std::move(name)),
        seen_(in.wall(), in.steady()),
        sweep_({},
               {in.directory, seen_, store, metrics_, [this] { return together; },
                [this](const std::string&) { return together && in_.keeper == name_; }},
               in.steady()) {
    seen_.listen(true);
    in.nodes.push_back(this);
  }
  ~node() { std::erase(in_.nodes, this); }

  void beat(const std::string& device, bool alarm = false) {
    seen_.mark(number(device), in_.steady(), alarm);
  }
  void step() {
    sweep_.step(in_.steady(), in_.wall());
    store.answer();
    finding found;
    while (sweep_.take_finding(found)) {
      auto& told = in_.told.emplace_back(found.what == finding::kind::gone ? "gone " : "back ");
      told.append(found.of.device->wire_id());
      if (found.of.sensor) told.append("/").append(found.of.sensor->id());
      if (in_.ledger_works)
        for (auto* one : in_.nodes)
          one->sweep_.ledger_says(
              "9901", found.of.name(), "case",
              found.what == finding::kind::gone ? ledger_word::open : ledger_word::cleared);
      why = found.spared_because;
      last_heard_s = found.heard_s;
    }
  }
  void ledger_says(const std::string& device, ledger_word word, const std::string& id = "case") {
    sweep_.ledger_says("9901", "native/" + device, id, word);
  }
  [[nodiscard]] registry::thing_number number(const std::string& device) const {
    return in_.directory.current()->find_device("native", device)->number;
  }
  [[nodiscard]] standing now(const std::string& device) const {
    return seen_.look(number(device)).standing;
  }

  world& in_;
  std::string name_;
  base::metrics metrics_;
  test::model_store store{in_.redis};
  bool together = true;
  std::string why;
  std::uint32_t last_heard_s = 0;
  seen_table seen_;
  sweep sweep_;
};

struct sweeping : testing::Test {
  sweeping() { in.directory.replace(homes(3)); }

  /// Seconds go by; the devices of `beating` beat at the node each minute.
  void pass(std::int64_t s, std::vector<node*> nodes, const std::vector<std::string>& beating = {},
            node* at = nullptr) {
    for (; s > 0; --s) {
      ++in.elapsed_s;
      if (in.elapsed_s % 60 == 0 && at != nullptr)
        for (const auto& device : beating) at->beat(device);
      for (auto* one : nodes) one->step();
    }
  }

  world in;
};

TEST_F(sweeping, who_beats_is_left_alone_and_who_is_silent_is_gone_once) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1", "2"}, &a);
  EXPECT_TRUE(in.told.empty());
  pass(1'000, {&a}, {"0", "1"}, &a);
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 2"});
  EXPECT_EQ(a.last_heard_s, start_s + 600);
  EXPECT_EQ(a.now("2"), standing::absent);
}

TEST_F(sweeping, gone_is_said_right_after_the_limit_and_the_time_to_gather) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1", "2"}, &a);
  pass(179, {&a}, {"0", "1"}, &a);
  EXPECT_TRUE(in.told.empty());
  pass(6, {&a}, {"0", "1"}, &a);
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 2"});
}

TEST_F(sweeping, one_that_is_back_is_told_once_it_beats_again) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1"}, &a);
  ASSERT_EQ(in.told, std::vector<std::string>{"gone 2"});
  pass(180, {&a}, {"0", "1", "2"}, &a);
  EXPECT_EQ(in.told, (std::vector<std::string>{"gone 2", "back 2"}));
  pass(600, {&a}, {"0", "1", "2"}, &a);
  EXPECT_EQ(in.told.size(), 2u);
}

TEST_F(sweeping, a_call_for_help_brings_it_back_at_once) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1"}, &a);
  a.beat("2", true);
  pass(1, {&a});
  EXPECT_EQ(in.told.back(), "back 2");
}

TEST_F(sweeping, those_that_go_together_are_judged_together_and_may_be_kept_back) {
  node a{in, "a"};
  std::vector<std::size_t> batches;
  a.sweep_.look_at_those_gone([&](const std::string&, std::span<const gone> all) {
    batches.push_back(all.size());
    std::vector<bool> kept;
    for (const auto& one : all) kept.push_back(one.what.device->wire_id() != "1");
    return kept;
  });
  std::vector<std::string> returned;
  a.sweep_.look_at_those_back([&](const std::string&, const gone& one) {
    returned.emplace_back(one.what.device->wire_id());
  });
  pass(600, {&a}, {"0", "1", "2"}, &a);
  pass(200, {&a});
  EXPECT_EQ(batches, std::vector<std::size_t>{3});
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 1"});
  pass(300, {&a}, {"0"}, &a);
  EXPECT_EQ(returned, std::vector<std::string>{"0"});
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 1"});
}

TEST_F(sweeping, after_a_restart_nobody_is_told_twice_and_nobody_goes_for_our_absence) {
  {
    node a{in, "a"};
    pass(600, {&a}, {"0", "1"}, &a);
    ASSERT_EQ(in.told, std::vector<std::string>{"gone 2"});
  }
  in.elapsed_s += 3'600;
  node again{in, "a"};
  again.ledger_says("2", ledger_word::open);
  pass(600, {&again}, {"0", "1"}, &again);
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 2"});
  EXPECT_EQ(again.now("2"), standing::absent);
  pass(180, {&again}, {"0", "1", "2"}, &again);
  EXPECT_EQ(in.told.back(), "back 2");
}

TEST_F(sweeping, who_stays_silent_after_our_outage_goes_a_beat_after_it_and_the_reason_is_said) {
  {
    node a{in, "a"};
    pass(600, {&a}, {"0", "1", "2"}, &a);
  }
  in.elapsed_s += 3'600;
  node again{in, "a"};
  pass(60, {&again}, {"0", "1"}, &again);
  EXPECT_TRUE(in.told.empty());
  pass(15, {&again}, {"0", "1"}, &again);
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 2"});
  EXPECT_EQ(again.why, "this node started");
  // What was heard in the last half limit was not written yet.
  EXPECT_GE(again.last_heard_s, start_s + 600 - 90);
}

TEST_F(sweeping, a_freeze_of_ours_makes_nobody_silent) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1", "2"}, &a);
  in.elapsed_s += 600;
  pass(600, {&a}, {"0", "1", "2"}, &a);
  EXPECT_TRUE(in.told.empty());
}

TEST_F(sweeping, while_cut_off_nobody_is_judged_and_afterwards_there_is_grace) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1", "2"}, &a);
  a.together = false;
  in.redis.away = true;
  pass(1'000, {&a});
  EXPECT_TRUE(in.told.empty());
  a.together = true;
  in.redis.away = false;
  pass(40, {&a});
  pass(300, {&a}, {"0", "1"}, &a);
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 2"});
}

TEST_F(sweeping, a_step_of_the_wall_clock_makes_nobody_silent) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1", "2"}, &a);
  a.sweep_.step(in.steady(), in.wall() + std::chrono::hours{5});
  pass(600, {&a}, {"0", "1", "2"}, &a);
  EXPECT_TRUE(in.told.empty());
}

TEST_F(sweeping, a_device_that_moves_between_nodes_is_never_gone) {
  node a{in, "a"}, b{in, "b"};
  for (int i = 0; i < 20; ++i) {
    pass(130, {&a, &b}, {"0", "1", "2"}, i % 2 == 0 ? &b : &a);
    pass(70, {&a, &b}, {"0", "2"}, i % 3 == 0 ? &b : &a);
  }
  EXPECT_TRUE(in.told.empty());
}

TEST_F(sweeping, a_device_that_only_another_node_hears_goes_and_comes_back_by_that_nodes_word) {
  node a{in, "a"}, b{in, "b"};
  pass(600, {&a, &b}, {"0", "1", "2"}, &b);
  EXPECT_TRUE(in.told.empty());
  pass(400, {&a, &b}, {"0", "1"}, &b);
  ASSERT_EQ(in.told, std::vector<std::string>{"gone 2"});
  pass(180, {&a, &b}, {"0", "1", "2"}, &b);
  EXPECT_EQ(in.told, (std::vector<std::string>{"gone 2", "back 2"}));
  pass(1'000, {&a, &b}, {"0", "1", "2"}, &b);
  EXPECT_EQ(in.told.size(), 2u);
}

TEST_F(sweeping, when_the_keeper_dies_the_next_one_knows_what_it_heard) {
  auto a = std::make_unique<node>(in, "a");
  node b{in, "b"};
  pass(600, {a.get(), &b}, {"0", "1", "2"}, a.get());
  a.reset();
  pass(6, {&b});
  in.keeper = "b";
  b.sweep_.could_not_hear("another node was gone");
  pass(50, {&b}, {"0", "1"}, &b);
  EXPECT_TRUE(in.told.empty());
  pass(600, {&b}, {"0", "1"}, &b);
  EXPECT_EQ(in.told, std::vector<std::string>{"gone 2"});
  EXPECT_GE(b.last_heard_s, start_s + 500);
}

TEST_F(sweeping, redis_hears_of_a_device_at_most_once_in_half_a_limit) {
  node a{in, "a"};
  for (int s = 0; s < 1'800; ++s) {
    for (const auto* device : {"0", "1", "2"}) a.beat(device);
    pass(1, {&a});
  }
  EXPECT_LE(a.store.written, 3u * (1'800 / 90 + 1));
  EXPECT_GE(a.store.written, 3u * (1'800 / 90 - 1));
  EXPECT_TRUE(in.told.empty());
}

TEST_F(sweeping, a_sensor_is_watched_by_itself_but_not_while_its_gateway_is_away) {
  auto set = homes(2);
  set.set_version(2);
  for (auto& device : *set.mutable_devices()) {
    auto& sensor = *device.add_sensors();
    sensor.set_id("s");
    sensor.set_beat_interval_s(60);
  }
  in.directory.replace(set);
  node a{in, "a"};
  pass(600, {&a}, {"0"}, &a);
  EXPECT_EQ(in.once(), (std::set<std::string>{"gone 0/s", "gone 1"}));
}

TEST_F(sweeping, what_was_heard_survives_an_import_that_gives_a_device_other_sensors) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1", "2"}, &a);
  auto set = homes(3);
  set.set_version(2);
  set.mutable_devices(0)->add_sensors()->set_id("s");
  set.mutable_devices()->DeleteSubrange(2, 1);
  in.directory.replace(set);
  pass(1, {&a});
  EXPECT_EQ(a.seen_.look(a.number("0")).heard_s, start_s + 600);
  pass(600, {&a}, {"0", "1"}, &a);
  EXPECT_TRUE(in.told.empty());
}

TEST_F(sweeping, what_the_ledger_did_not_get_is_told_again_ever_later) {
  node a{in, "a"};
  in.ledger_works = false;
  pass(3'600, {&a}, {"0", "1"}, &a);
  EXPECT_GE(in.told.size(), 4u);
  EXPECT_LE(in.told.size(), 8u);
  EXPECT_EQ(in.once().size(), 1u);
  a.ledger_says("2", ledger_word::open);
  const auto before = in.told.size();
  pass(36'000, {&a}, {"0", "1"}, &a);
  EXPECT_EQ(in.told.size(), before);
}

TEST_F(sweeping, a_case_that_a_person_closed_is_not_opened_again_for_the_same_silence) {
  node a{in, "a"};
  pass(600, {&a}, {"0", "1"}, &a);
  a.ledger_says("2", ledger_word::closed);
  pass(36'000, {&a}, {"0", "1"}, &a);
  EXPECT_EQ(in.told.size(), 1u);
}

TEST(sweep_at_size, twenty_thousand_that_go_at_once_are_found_in_bounded_steps) {
  world in;
  in.directory.replace(homes(20'000));
  node a{in, "a"};
  for (int s = 0; s < 300; ++s) {
    ++in.elapsed_s;
    if (s == 60)
      for (int i = 0; i < 20'000; ++i) a.beat(std::to_string(i));
    a.step();
  }
  EXPECT_EQ(in.told.size(), 20'000u);
  EXPECT_EQ(in.once().size(), 20'000u);
}

}  // namespace
}  // namespace varde::supervision
