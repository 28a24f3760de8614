// What belongs to no municipality, cases of devices that nobody has registered, is handled by the
// defaults that all municipalities share, and by the built-in numbers only where there are none.
#include <gtest/gtest.h>

#include "core/engine_bench.hpp"
#include "core/gather.hpp"

using namespace varde;
using test::model_ledger;
using test::node;

namespace {

registry::v1::MunicipalitySet set_of(std::string_view id, const registry::v1::Policy& policy) {
  registry::v1::MunicipalitySet set;
  set.set_version(1);
  set.mutable_municipality()->set_id(std::string{id});
  *set.mutable_policy() = policy;
  return set;
}

registry::v1::Policy answered_within(std::uint32_t seconds) {
  registry::v1::Policy policy;
  policy.set_answer_target_s(seconds);
  return policy;
}

void send_from_stranger(node& n) {
  alarm::admission a;
  a.signal = test::signal("stranger/1");
  a.municipality = alarm::municipality_id{alarm::centre};
  a.subject = alarm::unknown_subject("192.0.2.1");
  a.lane = alarm::v1::LANE_CARE;
  a.received = base::steady_time{std::chrono::seconds{1000 + n.elapsed_s}};
  n.engine->admit(std::move(a));
  n.engine->flush();
}

}  // namespace

TEST(centre_policy, who_has_no_municipality_has_the_shared_defaults) {
  struct row {
    const char* what;
    std::string_view municipality;
    bool has_defaults;
    std::uint32_t target_s;  // 0: none is set, and the built-in one counts
  };
  for (const auto& [what, municipality, has_defaults, target_s] : {
           row{"the centre's, with defaults", alarm::centre, true, 45},
           row{"the centre's, without", alarm::centre, false, 0},
           row{"a municipality that sets its own", "9901", true, 20},
           row{"its own, without defaults", "9901", false, 20},
           row{"a municipality that sets none", "9902", true, 45},
           row{"one that is no longer there", "9903", true, 45},
       }) {
    SCOPED_TRACE(what);
    registry::directory directory;
    directory.replace(set_of("9901", answered_within(20)));
    directory.replace(set_of("9902", {}));
    if (has_defaults) directory.replace(set_of(alarm::centre, answered_within(45)));
    const auto all = directory.current();
    EXPECT_EQ(core::policy_in(*all, all->municipality(municipality)).answer_target_s(), target_s);
  }
}

TEST(centre_policy, an_unknown_devices_case_follows_the_rules_and_the_chain_of_the_defaults) {
  registry::v1::Policy shared;
  auto& rule = *shared.add_rules();
  rule.set_id("strangers");
  rule.set_reason("Unknown devices are for the technicians");
  rule.mutable_match()->add_kinds(alarm::v1::KIND_UNKNOWN_DEVICE);
  rule.mutable_route()->set_list(alarm::v1::WORK_LIST_TECHNICIANS);

  model_ledger ledger;
  node n{ledger};
  auto defaults = set_of(alarm::centre, shared);
  defaults.set_version(3);
  n.directory.replace(std::move(defaults));
  n.engine->open();
  send_from_stranger(n);
  ASSERT_EQ(n.published.size(), 1u);
  const auto& c = *n.published[0];
  EXPECT_EQ(c.kind(), alarm::v1::KIND_UNKNOWN_DEVICE);
  EXPECT_EQ(c.list(), alarm::v1::WORK_LIST_TECHNICIANS);
  ASSERT_EQ(c.decisions_size(), 1);
  EXPECT_EQ(c.decisions(0).rule(), "strangers");
  EXPECT_EQ(c.decisions(0).policy_version(), 3u);
}

TEST(centre_policy, an_unknown_devices_case_escalates_when_the_defaults_say) {
  registry::v1::Policy shared;
  auto& step = *shared.add_answer_escalation();
  step.set_after_s(7);
  step.set_to("administrator");

  model_ledger ledger;
  node n{ledger};
  n.directory.replace(set_of(alarm::centre, shared));
  n.engine->open();
  send_from_stranger(n);
  n.pass(6);
  EXPECT_EQ(n.published.back()->escalations_size(), 0);
  n.pass(3);
  ASSERT_EQ(n.published.back()->escalations_size(), 1);
  EXPECT_EQ(n.published.back()->escalations(0).to(), "administrator");
}
