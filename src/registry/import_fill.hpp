// From a tree to the registry's messages, by the field names of the protos themselves: what the
// description has, an import can say, and nothing else.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "registry/import.hpp"

namespace varde::registry {

/// Fills messages and remembers where each was described. The messages must not move meanwhile.
class import_filler {
 public:
  explicit import_filler(std::vector<import_problem>& problems) : problems_{problems} {}

  /// `text_values`: numbers and yes/no may come as text, and lists as "a | b", as CSV has them.
  void fill(google::protobuf::Message& into, const import_node& from, const std::string& file,
            bool text_values);

  /// Where a message was described; {"", 0} for one that was not.
  [[nodiscard]] import_place place_of(const google::protobuf::Message& message) const;
  void blame(const google::protobuf::Message& message, std::string what);

 private:
  using field = google::protobuf::FieldDescriptor;
  void put(google::protobuf::Message& into, const field& to, const import_node& from);
  void put_one(google::protobuf::Message& into, const field& to, const import_node& from);
  void put_text(google::protobuf::Message& into, const field& to, const import_node& from);
  void put_number(google::protobuf::Message& into, const field& to, const import_node& from);
  void put_flag(google::protobuf::Message& into, const field& to, const import_node& from);
  void put_choice(google::protobuf::Message& into, const field& to, const import_node& from);
  void blame_line(std::size_t line, std::string what);

  std::vector<import_problem>& problems_;
  std::unordered_map<const google::protobuf::Message*, import_place> places_;
  std::string file_;
  bool text_values_ = false;
};

}  // namespace varde::registry
