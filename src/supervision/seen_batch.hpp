// Signs of life on their way to the other nodes: names and times of one municipality, gathered in
// one piece of memory that is used again.
#pragma once

#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "supervision/thing.hpp"

namespace varde::supervision {

class seen_batch {
 public:
  void add(registry::thing_number number, const thing& what, std::uint32_t heard_s) {
    what.append_name(text_);
    ends_.push_back(text_.size());
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, heard_s).ptr;
    text_.append(digits, end);
    ends_.push_back(text_.size());
    numbers_.push_back(number);
  }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  [[nodiscard]] const std::vector<registry::thing_number>& numbers() const { return numbers_; }
  /// Names and times by turns, good until the next call.
  [[nodiscard]] std::span<const std::string_view> words() {
    words_.clear();
    std::size_t begin = 0;
    for (const auto end : ends_) {
      words_.push_back(std::string_view{text_}.substr(begin, end - begin));
      begin = end;
    }
    return words_;
  }
  void clear() {
    text_.clear();
    ends_.clear();
    numbers_.clear();
  }

 private:
  std::string text_;
  std::vector<std::size_t> ends_;
  std::vector<registry::thing_number> numbers_;
  std::vector<std::string_view> words_;
};

}  // namespace varde::supervision
