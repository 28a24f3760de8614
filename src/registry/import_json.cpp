// Boost.JSON tells no positions, so it is fed one line at a time: what it reports while it eats a
// line stands on that line.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

#include "registry/import_node.hpp"

namespace varde::registry {

namespace {

namespace json = boost::json;

/// Builds the tree from the parser's events.
class tree_builder {
 public:
  // Bounds that Boost.JSON asks its handlers for; the whole text is bounded before.
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = 200;
  static constexpr std::size_t max_string_size = 100'000;

  std::size_t line = 1;
  import_node root;

  using code = json::error_code;
  bool on_document_begin(code&) { return true; }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) { return open(import_fields{}); }
  bool on_object_end(std::size_t, code&) { return close(); }
  bool on_array_begin(code&) { return open(import_list{}); }
  bool on_array_end(std::size_t, code&) { return close(); }
  bool on_key_part(json::string_view part, std::size_t, code&) { return append(part); }
  bool on_key(json::string_view part, std::size_t, code&) {
    append(part);
    keys_.back() = std::exchange(partial_, {});
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, code&) { return append(part); }
  bool on_string(json::string_view part, std::size_t, code&) {
    append(part);
    return add(std::exchange(partial_, {}));
  }
  bool on_number_part(json::string_view, code&) { return true; }
  bool on_int64(std::int64_t n, json::string_view, code&) { return add(static_cast<double>(n)); }
  bool on_uint64(std::uint64_t n, json::string_view, code&) { return add(static_cast<double>(n)); }
  bool on_double(double n, json::string_view, code&) { return add(n); }
  bool on_bool(bool b, code&) { return add(b); }
  bool on_null(code&) { return add(std::monostate{}); }
  bool on_comment_part(json::string_view, code&) { return true; }
  bool on_comment(json::string_view, code&) { return true; }

 private:
  bool append(json::string_view part) {
    partial_.append(part.data(), part.size());
    return true;
  }
  template <class Value>
  bool open(Value empty) {
    path_.push_back(import_node{line, std::move(empty)});
    keys_.emplace_back();
    return true;
  }
  bool close() {
    auto done = std::move(path_.back());
    path_.pop_back();
    keys_.pop_back();
    place(std::move(done));
    return true;
  }
  template <class Value>
  bool add(Value value) {
    place(import_node{line, std::move(value)});
    return true;
  }
  void place(import_node node) {
    if (path_.empty())
      root = std::move(node);
    else if (auto* list = std::get_if<import_list>(&path_.back().value))
      list->push_back(std::move(node));
    else
      std::get<import_fields>(path_.back().value).push_back({keys_.back(), std::move(node)});
  }

  std::vector<import_node> path_;  // the open objects and lists, outermost first
  std::vector<std::string> keys_;  // the newest key of each
  std::string partial_;
};

}  // namespace

import_tree read_json_tree(std::string_view text, const std::string& file) {
  json::parse_options options;
  options.max_depth = import_depth_max;
  json::basic_parser<tree_builder> parser{options};
  auto& builder = parser.handler();
  json::error_code failure;
  while (!failure) {
    const auto end = text.find('\n');
    const bool last = end == std::string_view::npos;
    const auto line = text.substr(0, last ? text.size() : end + 1);
    const auto used = parser.write_some(!last, line.data(), line.size(), failure);
    if (!failure && used < line.size() &&
        line.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
      failure = json::error::extra_data;
    if (last || failure) break;
    text.remove_prefix(line.size());
    ++builder.line;
  }
  if (!failure && !parser.done()) failure = json::error::incomplete;
  if (failure)
    return {{}, {{file, builder.line, fmt::format("is not JSON: {}", failure.message())}}};
  return {std::move(builder.root), {}};
}

}  // namespace varde::registry
