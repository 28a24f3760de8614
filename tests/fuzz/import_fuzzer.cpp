// Files that an administrator imports, as JSON and as CSV. The first byte chooses the table. What
// is taken must be the same when it is read again, and must find its own devices.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "registry/import.hpp"
#include "registry/set_view.hpp"

namespace {

using namespace varde::registry;

import_outcome read(char choice, const std::string& text) {
  static constexpr const char* tables[] = {"households.csv", "residents.csv", "devices.csv",
                                           "teams.csv", "plans.csv"};
  if (choice == '{') return import_json({"f.json", choice + text});
  const std::size_t at = static_cast<unsigned char>(choice) % (std::size(tables) + 1);
  if (at == std::size(tables)) return import_csv({{"municipality.csv", text}});
  return import_csv({{"municipality.csv", "id,name\n9901,Fjordvik\n"}, {tables[at], text}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text{reinterpret_cast<const char*>(data) + 1, size - 1};
  auto outcome = read(static_cast<char>(data[0]), text);
  for (const auto& problem : outcome.problems)
    if (describe(problem).empty()) std::abort();
  if (!outcome.problems.empty()) return 0;
  const auto view = set_view::make(outcome.set);
  for (const auto& device : outcome.set.devices())
    if (!view->find_device(device.protocol(), device.wire_id())) std::abort();
  if (!clashes_with(outcome, {&outcome.set}).empty()) std::abort();
  return 0;
}
