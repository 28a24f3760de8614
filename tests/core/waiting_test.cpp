// What somebody asks of a subject, and the subjects that something waits at.
#include "core/waiting.hpp"

#include <gtest/gtest.h>

#include "core/engine_bench.hpp"

using namespace varde;
using test::model_ledger;
using test::node;

namespace {

alarm::v1::SubjectState on_holiday(std::string subject) {
  alarm::v1::SubjectState state;
  state.set_municipality("9901");
  state.set_subject(std::move(subject));
  state.set_version(1);
  state.mutable_absence()->set_reason("hospital");
  return state;
}

}  // namespace

TEST(waiting, a_subject_in_memory_is_shown_as_it_is) {
  model_ledger ledger;
  node n{ledger};
  n.engine->open();
  n.signal("d/1", 1);
  board::subject_pointer seen;
  n.engine->look("9901", "r-1", [&](board::subject_pointer s) { seen = std::move(s); });
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->cases_size(), 1);
}

TEST(waiting, a_subject_that_was_forgotten_is_read_from_the_ledger) {
  model_ledger ledger;
  node writer{ledger, "node-a"}, reader{ledger, "node-b"};
  writer.engine->open();
  reader.engine->open();
  writer.signal("d/1", 1);
  board::subject_pointer seen;
  reader.engine->look("9901", "r-1", [&](board::subject_pointer s) { seen = std::move(s); });
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->cases_size(), 1);
}

TEST(waiting, only_subjects_of_the_municipalities_asked_for_that_something_waits_at_are_told) {
  model_ledger ledger;
  node n{ledger};
  n.engine->restore(on_holiday("r-2"));
  n.engine->open();
  n.signal("d/1", 1);
  const auto told = n.engine->waiting_in({"9901"});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]->subject(), "r-2");
  EXPECT_TRUE(n.engine->waiting_in({"9902"}).empty());
}
