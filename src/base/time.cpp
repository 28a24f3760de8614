// RFC 3339 text for wall times, without locale and without allocation beyond the result.
#include "base/time.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <charconv>

namespace varde::base {

namespace {

/// Reads exactly `count` digits at `text[at]`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  const char* end = text.data() + at + count;
  auto [rest, error] = std::from_chars(text.data() + at, end, value);
  if (error != std::errc{} || rest != end || text[at] == '-' || text[at] == '+') return -1;
  return value;
}

}  // namespace

std::string to_rfc3339(wall_time t) {
  using namespace std::chrono;
  const auto day = floor<days>(t);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(t - day)};
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z"),
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<wall_time> from_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const int y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const int h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (y < 0 || mo < 0 || d < 0 || h < 0 || mi < 0 || s < 0) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  if (text[13] != ':' || text[16] != ':' || h > 23 || mi > 59 || s > 60) return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)},
                            day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;

  std::size_t at = 19;
  int fraction_us = 0;
  if (at < text.size() && text[at] == '.') {
    int weight = 100'000;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10)
      fraction_us += (text[at] - '0') * weight;
    if (at == first) return std::nullopt;
  }
  if (at >= text.size()) return std::nullopt;
  minutes offset{0};
  if (text[at] == 'Z' || text[at] == 'z') {
    if (at + 1 != text.size()) return std::nullopt;
  } else {
    const int oh = digits(text, at + 1, 2), om = digits(text, at + 4, 2);
    if ((text[at] != '+' && text[at] != '-') || oh < 0 || om < 0 || oh > 23 || om > 59)
      return std::nullopt;
    if (text[at + 3] != ':' || at + 6 != text.size()) return std::nullopt;
    offset = minutes{oh * 60 + om} * (text[at] == '-' ? -1 : 1);
  }
  return wall_time{sys_days{date}} + hours{h} + minutes{mi} + seconds{s} +
         microseconds{fraction_us} - offset;
}

}  // namespace varde::base
