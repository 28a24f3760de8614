// The same percentiles everywhere.
#include "figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace varde::load {

namespace {

struct percentile {
  const char* name;
  double percent;
};
constexpr std::array<percentile, 4> percentiles{
    {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99_9", 99.9}}};

// From the middle into the tail, for a picture of the whole distribution.
constexpr std::array<double, 12> curve_percents{0,  25,   50,   75,    90,    95,
                                                99, 99.5, 99.9, 99.95, 99.99, 100};

double ms(std::uint64_t us) { return static_cast<double>(us) / 1e3; }

double at_least_one(std::uint64_t signals) {
  return static_cast<double>(std::max<std::uint64_t>(1, signals));
}

}  // namespace

std::string latency_head() {
  return fmt::format("\n{:<28}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "latency, ms", "count",
                     "p50", "p90", "p99", "p99.9", "max");
}

std::string latency_row(const std::string& what, const histogram& latencies) {
  std::string row = fmt::format("{:<28}{:>10}", what, latencies.count());
  for (const percentile& p : percentiles)
    row += fmt::format("{:>10.2f}", ms(latencies.at_percentile(p.percent)));
  return row + fmt::format("{:>10.2f}\n", ms(latencies.max_us()));
}

boost::json::object latency_json(const histogram& latencies) {
  boost::json::object o{{"count", latencies.count()},
                        {"mean_ms", latencies.mean_us() / 1e3},
                        {"max_ms", ms(latencies.max_us())}};
  for (const percentile& p : percentiles) {
    o[std::string(p.name) + "_ms"] = ms(latencies.at_percentile(p.percent));
  }
  boost::json::array curve;
  for (const double percent : curve_percents) {
    curve.push_back(boost::json::array{percent, ms(latencies.at_percentile(percent))});
  }
  o["curve"] = std::move(curve);
  return o;
}

std::string cpu_rows(const std::vector<cpu_share>& shares, std::uint64_t signals) {
  std::string text;
  for (const cpu_share& each : shares) {
    text += fmt::format("processor, {}: {:.1f} % of a core, {:.1f} us a signal\n", each.what,
                        each.percent(), each.used_s * 1e6 / at_least_one(signals));
  }
  return text;
}

boost::json::object cpu_json(const std::vector<cpu_share>& shares, std::uint64_t signals) {
  boost::json::object used_s;
  double server_s = 0;
  for (const cpu_share& each : shares) {
    used_s[each.what] = each.used_s;
    if (each.what != "generator") server_s += each.used_s;
  }
  return {{"used_s", std::move(used_s)}, {"server_s_per_signal", server_s / at_least_one(signals)}};
}

double per_second(std::uint64_t count, double in_s) {
  return in_s > 0 ? static_cast<double>(count) / in_s : 0;
}

}  // namespace varde::load
