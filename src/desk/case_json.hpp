// A case as the consoles see it. One serializer for lists, single cases, answers and the live feed,
// so that none can show another truth than the others.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/json_writer.hpp"
#include "base/time.hpp"
#include "board/view.hpp"
#include "registry/directory.hpp"

namespace varde::desk {

/// The members of a case, inside an object that the caller opens and closes. `centre_name` stands
/// for the municipality of devices that nobody has registered.
void write_case_members(base::json_writer& json, const alarm::v1::Case& c,
                        const registry::view& all, std::string_view centre_name,
                        base::wall_time now);
void write_outcome(base::json_writer& json, const alarm::v1::Outcome& outcome);

/// Serialized cases, each made once a version and shared by everyone it is sent to. Web thread
/// only.
class case_texts {
 public:
  /// Beyond it everything is forgotten and made again when asked for.
  static constexpr std::size_t kept_max = 20'000;

  case_texts(const registry::directory& directory, std::string centre_name)
      : directory_{directory}, centre_name_{std::move(centre_name)} {}

  [[nodiscard]] std::shared_ptr<const std::string> text_of(const alarm::v1::Case& c);
  /// The case stands differently at the same version: after an outage.
  void forget(const std::string& case_id) { texts_.erase(case_id); }

 private:
  struct entry {
    std::uint64_t version = 0;
    std::shared_ptr<const std::string> text;
  };
  const registry::directory& directory_;
  std::string centre_name_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const registry::view> all_;
  std::unordered_map<std::string, entry> texts_;
};

}  // namespace varde::desk
