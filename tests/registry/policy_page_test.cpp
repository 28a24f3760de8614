// The planner's page: every example on it is a policy that can be imported as it stands.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "registry/import.hpp"

namespace varde::registry {
namespace {

std::vector<std::string> examples_of_the_page() {
  std::ifstream page{VARDE_SOURCE_DIR "/docs/policies.md"};
  std::ostringstream text;
  text << page.rdbuf();
  const auto whole = text.str();
  constexpr std::string_view fence = "```json\n";
  std::vector<std::string> blocks;
  for (auto at = whole.find(fence); at != std::string::npos; at = whole.find(fence, at)) {
    at += fence.size();
    const auto end = whole.find("```", at);
    blocks.push_back(whole.substr(at, end - at));
    at = end;
  }
  return blocks;
}

TEST(policy_page, every_example_can_be_imported) {
  const auto blocks = examples_of_the_page();
  ASSERT_GE(blocks.size(), 6u);
  v1::MunicipalitySet set;
  set.mutable_municipality()->set_id("9901");
  set.mutable_municipality()->set_name("Fjordvik");
  for (const auto& block : blocks) {
    const auto outcome = import_policy({"policies.md", block}, set);
    for (const auto& problem : outcome.problems)
      ADD_FAILURE() << describe(problem) << '\n' << block;
  }
}

}  // namespace
}  // namespace varde::registry
