// Makes a dependency_index while a set is read: the names that devices depend on are interned as
// the devices come, so that they need not be kept; the rest is done when all things are known.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/dependency_index.hpp"

namespace varde::registry {

struct set_tables;

class dependency_builder {
 public:
  /// What the next device of the set depends on, as it names it; then that it was all.
  void add_name(std::string_view name);
  void end_device();
  /// `set` holds those devices, and its indices by id and by household are made.
  [[nodiscard]] dependency_index build(const set_tables& set) &&;

 private:
  class linker;
  parent_index intern(std::string_view name);
  parent_index intern(std::string_view prefix, std::string_view rest);

  std::deque<std::string> names_;  // never moved: by_name_ looks into them
  boost::unordered_flat_map<std::string_view, parent_index, std::hash<std::string_view>> by_name_;
  std::vector<char> is_postal_;           // by parent
  std::vector<std::uint32_t> begins_{0};  // of each device's links, and their end
  std::vector<parent_index> links_;       // as it names them
  std::string scratch_;
};

}  // namespace varde::registry
