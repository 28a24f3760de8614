// What an import file holds, before it means anything: a tree of values that know the line they
// stand on, the same for JSON and for CSV.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace varde::registry {

struct import_node;
struct import_field;
using import_list = std::vector<import_node>;
/// In the file's order; a name may come twice, which the reader reports.
using import_fields = std::vector<import_field>;

struct import_node {
  std::size_t line = 0;  // from 1
  std::variant<std::monostate, bool, double, std::string, import_list, import_fields> value;

  /// nullptr if it is something else; so all three.
  [[nodiscard]] const import_fields* fields() const;
  [[nodiscard]] const import_list* list() const;
  [[nodiscard]] const std::string* text() const;
};

struct import_field {
  std::string name;
  import_node node;
};

inline const import_fields* import_node::fields() const {
  return std::get_if<import_fields>(&value);
}
inline const import_list* import_node::list() const { return std::get_if<import_list>(&value); }
inline const std::string* import_node::text() const { return std::get_if<std::string>(&value); }

/// One thing that is wrong in an import.
struct import_problem {
  std::string file;
  std::size_t line = 0;  // from 1; 0: the file as a whole
  std::string what;      // what is wrong and what is allowed; never a secret or a birth number

  friend bool operator==(const import_problem&, const import_problem&) = default;
};

/// A tree, or why there is none.
struct import_tree {
  import_node root;
  std::vector<import_problem> problems;
};

/// UTF-8 JSON, nested at most import_depth_max deep.
inline constexpr std::size_t import_depth_max = 16;
[[nodiscard]] import_tree read_json_tree(std::string_view text, const std::string& file);

/// One CSV file (RFC 4180, comma or semicolon, UTF-8) as a list of objects, one a row. A column
/// "address.street" is the field `street` of the object `address`; "next_of_kin.1.name" the field
/// `name` of the first of a list. An empty cell is an absent field.
[[nodiscard]] import_tree read_csv_tree(std::string_view text, const std::string& file);

}  // namespace varde::registry
