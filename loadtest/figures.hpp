// How figures are put into a table and into JSON, alike for every kind of run.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cpu_watch.hpp"
#include "histogram.hpp"

namespace varde::load {

/// The head of the table that latency_row fills.
[[nodiscard]] std::string latency_head();
[[nodiscard]] std::string latency_row(const std::string& what, const histogram& latencies);
/// count, mean, maximum and percentiles, milliseconds.
[[nodiscard]] boost::json::object latency_json(const histogram& latencies);

[[nodiscard]] std::string cpu_rows(const std::vector<cpu_share>& shares, std::uint64_t signals);
/// Seconds used, by name, and the seconds that the server and its children used for each signal.
[[nodiscard]] boost::json::object cpu_json(const std::vector<cpu_share>& shares,
                                           std::uint64_t signals);

/// 0 if no time has passed.
[[nodiscard]] double per_second(std::uint64_t count, double in_s);

}  // namespace varde::load
