// RFC 4180 with the semicolons of Norwegian spreadsheets, and the spreading of dotted columns into
// a tree.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "registry/import_node.hpp"

namespace varde::registry {

namespace {

constexpr std::size_t columns_max = 400;
/// The largest number in a column's name: "next_of_kin.20.name".
constexpr std::size_t list_index_max = 50;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

struct csv_row {
  std::size_t line = 0;
  std::vector<std::string> cells;
};

/// Takes the rows off a text one by one. Quoted cells may hold separators, line ends and doubled
/// quotes.
class row_reader {
 public:
  explicit row_reader(std::string_view text) : rest_{text} {
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
    const auto header = rest_.substr(0, rest_.find('\n'));
    const auto count = [header](char c) { return std::ranges::count(header, c); };
    separator_ = count(';') > count(',') ? ';' : ',';
  }

  /// nullopt at the end, or at a quote that is never closed (`broken()` tells).
  std::optional<csv_row> next() {
    if (rest_.empty()) return std::nullopt;
    csv_row row{line_, {}};
    for (;;) {
      row.cells.push_back(take_cell());
      if (broken_) return std::nullopt;
      if (rest_.empty()) return row;
      const char after = rest_.front();
      rest_.remove_prefix(1);
      if (after == '\n') {
        ++line_;
        return row;
      }
    }
  }
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] std::size_t line() const { return line_; }

 private:
  std::string take_cell() {
    if (rest_.starts_with('"')) return take_quoted();
    const char ends[] = {separator_, '\n'};
    auto cell = rest_.substr(0, rest_.find_first_of(std::string_view{ends, 2}));
    rest_.remove_prefix(cell.size());
    if (cell.ends_with('\r')) cell.remove_suffix(1);
    return std::string{cell};
  }

  std::string take_quoted() {
    std::string cell;
    rest_.remove_prefix(1);
    for (;;) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) {
        broken_ = true;
        return cell;
      }
      cell.append(rest_.substr(0, quote));
      line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, quote), '\n'));
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) break;
      cell += '"';
      rest_.remove_prefix(1);
    }
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    // Anything but a separator or line end after the closing quote.
    if (!rest_.empty() && rest_.front() != separator_ && rest_.front() != '\n') broken_ = true;
    return cell;
  }

  std::string_view rest_;
  char separator_ = ',';
  std::size_t line_ = 1;
  bool broken_ = false;
};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// 1…list_index_max, or nullopt if the part is a name.
std::optional<std::size_t> as_index(std::string_view part) {
  std::size_t index = 0;
  const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (failure != std::errc{} || end != part.data() + part.size()) return std::nullopt;
  return index >= 1 && index <= list_index_max ? std::optional{index} : std::nullopt;
}

/// The node at `path` below `at`, made if need be; nullptr if the path contradicts another column.
import_node* descend(import_node& at, const std::vector<std::string>& path, std::size_t depth) {
  if (depth == path.size()) return &at;
  if (const auto index = as_index(path[depth])) {
    if (std::holds_alternative<std::monostate>(at.value)) at.value = import_list{};
    auto* list = std::get_if<import_list>(&at.value);
    if (list == nullptr) return nullptr;
    // Gaps are allowed: the second next of kin of a row may be empty.
    while (list->size() < *index) list->push_back(import_node{at.line, {}});
    return descend((*list)[*index - 1], path, depth + 1);
  }
  if (std::holds_alternative<std::monostate>(at.value)) at.value = import_fields{};
  auto* fields = std::get_if<import_fields>(&at.value);
  if (fields == nullptr) return nullptr;
  auto found = std::ranges::find(*fields, path[depth], &import_field::name);
  if (found == fields->end()) {
    fields->push_back({path[depth], import_node{at.line, {}}});
    found = std::prev(fields->end());
  }
  return descend(found->node, path, depth + 1);
}

/// Takes the gaps out of all lists.
void close_gaps(import_node& node) {
  if (auto* list = std::get_if<import_list>(&node.value)) {
    std::erase_if(*list, [](const import_node& item) {
      return std::holds_alternative<std::monostate>(item.value);
    });
    for (auto& item : *list) close_gaps(item);
  }
  if (auto* fields = std::get_if<import_fields>(&node.value))
    for (auto& [name, field] : *fields) close_gaps(field);
}

bool is_blank(const csv_row& row) {
  return std::ranges::all_of(row.cells, [](const std::string& cell) { return cell.empty(); });
}

}  // namespace

import_tree read_csv_tree(std::string_view text, const std::string& file) {
  import_tree out{import_node{1, import_list{}}, {}};
  const auto blame = [&](std::size_t line, std::string what) {
    out.problems.push_back({file, line, std::move(what)});
  };
  row_reader rows{text};
  const auto header = rows.next();
  if (!header) {
    blame(0, "is empty: the first line must name the columns");
    return out;
  }
  if (header->cells.size() > columns_max) {
    blame(1, fmt::format("has more than {} columns", columns_max));
    return out;
  }
  std::vector<std::vector<std::string>> paths;
  for (const auto& name : header->cells) {
    paths.push_back(split(name, '.'));
    if (paths.back().size() > import_depth_max) blame(1, "a column's name has too many dots");
    if (std::ranges::count(header->cells, name) > 1 &&
        std::ranges::find(header->cells, name) ==
            header->cells.begin() + static_cast<std::ptrdiff_t>(paths.size()) - 1)
      blame(1, fmt::format("column \"{}\" comes twice", name));
  }
  if (!out.problems.empty()) return out;

  auto& list = std::get<import_list>(out.root.value);
  while (const auto row = rows.next()) {
    if (is_blank(*row)) continue;
    if (row->cells.size() != paths.size()) {
      blame(row->line, fmt::format("has {} cells where the header has {} columns",
                                   row->cells.size(), paths.size()));
      continue;
    }
    import_node record{row->line, import_fields{}};
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (row->cells[i].empty()) continue;
      auto* cell = descend(record, paths[i], 0);
      if (cell == nullptr || !std::holds_alternative<std::monostate>(cell->value))
        blame(row->line, fmt::format("column \"{}\" contradicts another", header->cells[i]));
      else
        cell->value = row->cells[i];
    }
    close_gaps(record);
    list.push_back(std::move(record));
  }
  if (rows.broken())
    blame(rows.line(), "a quoted cell is not closed, or text follows its closing quote");
  return out;
}

}  // namespace varde::registry
