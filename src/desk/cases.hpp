// The operators' requests to look at cases: lists, and one case with its history. Every object is
// checked against the asker's municipalities; out of scope is answered exactly as missing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alarm/ids.hpp"
#include "desk/case_json.hpp"
#include "desk/parts.hpp"

namespace varde::desk {

class cases {
 public:
  static constexpr std::size_t list_max = 1'000;
  /// Ledger entries read for one case; of a longer history the oldest are left out.
  static constexpr std::uint64_t history_max = 2'000;
  /// Longest wait for the ledger; then the case is shown without its history.
  static constexpr std::chrono::milliseconds history_wait{1'500};

  cases(desk_parts& parts, case_texts& texts) : parts_{parts}, texts_{texts} {}

  void add_routes();

 private:
  struct reading;

  void list(const http::exchange_pointer& e);
  void get(const http::exchange_pointer& e);
  void get_closed_long_ago(const reading& r, const alarm::case_location& at);
  void answer_case(const reading& r, const alarm::v1::Case& c,
                   const std::vector<alarm::v1::Entry>* entries);

  desk_parts& parts_;
  case_texts& texts_;
};

}  // namespace varde::desk
