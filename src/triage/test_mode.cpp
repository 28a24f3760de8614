// One case a device and test, on the list of tests.
#include "triage/test_mode.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "triage/collect.hpp"

namespace varde::triage {

using namespace alarm::v1;

const TestMode* test_of(const SubjectState& state, std::string_view device, base::wall_time now) {
  for (const auto& test : state.tests())
    if (test.device() == device && base::to_us(now) < test.until_us()) return &test;
  return nullptr;
}

bool collect_test(const work& w) {
  const auto* test = test_of(w.state, w.in.signal.device(), w.out.now());
  if (test == nullptr) return false;
  const auto& kinds = test->kinds();
  if (!kinds.empty() && std::ranges::find(kinds, w.in.what.kind) == kinds.end()) return false;
  collect(w, collecting_case(w.state, KIND_TEST, w.in.signal, true),
          {KIND_TEST, WORK_LIST_TESTS, "test",
           built_in("varde:test", fmt::format("tested by {}", test->by()), w.policy, w.out.now())});
  return true;
}

}  // namespace varde::triage
