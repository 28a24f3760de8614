// Both texts are walked side by side; what is equal is skipped and never taken apart.
#include "http/json_difference.hpp"

#include <charconv>
#include <utility>

namespace varde::http {

namespace {

constexpr unsigned depth_max = 32;

/// Walks over JSON text that is trusted to be well-formed; what is not ends the walk.
class walker {
 public:
  explicit walker(std::string_view text) : text_{text} {}

  [[nodiscard]] char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (next() != c) return false;
    ++at_;
    return true;
  }
  /// The text of the value that begins here; empty if there is none.
  std::string_view take_value() {
    const std::size_t begin = at_;
    if (next() == '"') {
      skip_string();
    } else if (next() == '{' || next() == '[') {
      skip_nested();
    } else {
      while (at_ < text_.size() && !ends_scalar(text_[at_])) ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }
  /// True, and past it, if exactly this value begins here.
  bool take_same(std::string_view value) {
    if (!text_.substr(at_).starts_with(value)) return false;
    const auto end = at_ + value.size();
    if (!ends_itself(value.back()) && end < text_.size() && !ends_scalar(text_[end])) return false;
    at_ = end;
    return true;
  }

 private:
  static bool ends_itself(char last) { return last == '"' || last == '}' || last == ']'; }
  static bool ends_scalar(char c) { return c == ',' || c == '}' || c == ']'; }

  /// A quote with an odd number of backslashes before it is part of the string.
  void skip_string() {
    for (++at_; at_ < text_.size();) {
      const auto quote = text_.find('"', at_);
      if (quote == std::string_view::npos) break;
      auto slashes = quote;
      while (slashes > at_ && text_[slashes - 1] == '\\') --slashes;
      at_ = quote + 1;
      if ((quote - slashes) % 2 == 0) return;
    }
    at_ = text_.size();
  }
  void skip_nested() {
    for (std::size_t depth = 0; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool append_difference(std::string& out, std::string_view before, std::string_view now,
                       unsigned depth);

bool append_of_objects(std::string& out, std::string_view before, std::string_view now,
                       unsigned depth) {
  walker old{before}, fresh{now};
  out += '{';
  bool first = true;
  bool more = old.take('{') && fresh.take('{') && (old.next() != '}' || fresh.next() != '}');
  while (more) {
    const auto name = fresh.take_value();
    if (name.empty() || !old.take_same(name)) return false;
    if (!old.take(':') || !fresh.take(':')) return false;
    const auto is = fresh.take_value();
    if (is.empty()) return false;
    if (!old.take_same(is)) {
      const auto was = old.take_value();
      if (was.empty()) return false;
      if (!std::exchange(first, false)) out += ',';
      out.append(name).append(1, ':');
      if (!append_difference(out, was, is, depth)) return false;
    }
    more = fresh.take(',');
    if (old.take(',') != more) return false;
  }
  out += '}';
  return old.take('}') && fresh.take('}');
}

/// False if an element was taken away, or its difference can't be said.
bool append_of_elements(std::string& out, std::string_view before, std::string_view now,
                        unsigned depth) {
  walker old{before}, fresh{now};
  old.take('[');
  fresh.take('[');
  out += '{';
  bool first = true;
  bool more_old = old.next() != ']';
  bool more = fresh.next() != ']';
  for (std::size_t place = 0; more; ++place) {
    const auto is = fresh.take_value();
    if (is.empty()) return false;
    if (!more_old || !old.take_same(is)) {
      const auto was = more_old ? old.take_value() : std::string_view{};
      if (!std::exchange(first, false)) out += ',';
      char digits[20];
      const auto end = std::to_chars(digits, digits + sizeof digits, place).ptr;
      out.append(1, '"').append(digits, end).append("\":");
      if (was.empty())
        out += is;
      else if (!append_difference(out, was, is, depth))
        return false;
    }
    more = fresh.take(',');
    more_old = more_old && old.take(',');
  }
  out += '}';
  return !more_old;
}

bool append_difference(std::string& out, std::string_view before, std::string_view now,
                       unsigned depth) {
  if (depth == depth_max) return false;
  if (before.front() == '{' && now.front() == '{')
    return append_of_objects(out, before, now, depth + 1);
  if (before.front() == '[' && now.front() == '{') return false;  // would be read as elements
  if (before.front() == '[' && now.front() == '[') {
    const auto length = out.size();
    if (append_of_elements(out, before, now, depth + 1)) return true;
    out.resize(length);
  }
  out += now;
  return true;
}

}  // namespace

std::optional<std::string> json_difference(std::string_view before, std::string_view now) {
  std::string out;
  if (!before.starts_with('{') || !now.starts_with('{') || !append_of_objects(out, before, now, 0))
    return std::nullopt;
  return out;
}

}  // namespace varde::http
