// Offsets by the rule, and the two ways over it.
#include "base/local_time.hpp"

#include <charconv>

namespace varde::base {

namespace {

using namespace std::chrono;

wall_time change_in(year y, month m) {
  return wall_time{sys_days{y / m / Sunday[last]}} + hours{1};
}

/// Exactly `count` digits at `at`, or -1.
int number_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size() || text[at] == '-') return -1;
  int value = 0;
  const char* end = text.data() + at + count;
  const auto [rest, error] = std::from_chars(text.data() + at, end, value);
  return error == std::errc{} && rest == end ? value : -1;
}

}  // namespace

hours local_offset(wall_time at) {
  const auto y = year_month_day{floor<days>(at)}.year();
  const bool summer = at >= change_in(y, March) && at < change_in(y, October);
  return hours{summer ? 2 : 1};
}

local_time to_local(wall_time at) {
  const auto shown = at.time_since_epoch() + local_offset(at);
  const local_days day{floor<days>(shown)};
  return {day, shown - day.time_since_epoch(), weekday{day}.iso_encoding()};
}

wall_time from_local(local_days day, microseconds since_midnight) {
  const auto shown = wall_time{day.time_since_epoch()} + since_midnight;
  // Summer's offset first: of what is shown twice it gives the earlier.
  const auto in_summer = shown - hours{2};
  return local_offset(in_summer) == hours{2} ? in_summer : shown - hours{1};
}

std::optional<minutes> time_of_day(std::string_view text) {
  const int h = number_at(text, 0, 2), m = number_at(text, 3, 2);
  if (text.size() != 5 || text[2] != ':' || h < 0 || m < 0 || m > 59) return std::nullopt;
  const minutes out{h * 60 + m};
  return out <= hours{24} ? std::optional{out} : std::nullopt;
}

std::optional<local_days> local_date(std::string_view text) {
  const int y = number_at(text, 0, 4), m = number_at(text, 5, 2), d = number_at(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || y < 0 || m < 0 || d < 0)
    return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  return date.ok() ? std::optional{local_days{date}} : std::nullopt;
}

}  // namespace varde::base
