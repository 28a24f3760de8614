// The asynchronous logger and its two formats.
#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace varde::base {

namespace {
/// Log lines waiting for the writer; beyond it the oldest are dropped, so that a slow terminal
/// stalls nobody.
constexpr std::size_t log_queue_max = 8192;
}  // namespace

void start_logging(log_format format, spdlog::level::level_enum level) {
  spdlog::init_thread_pool(log_queue_max, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto logger = std::make_shared<spdlog::async_logger>(
      "varde", sink, spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(level);
  logger->flush_on(spdlog::level::warn);
  if (format == log_format::json)
    logger->set_pattern(R"({"at":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})",
                        spdlog::pattern_time_type::utc);
  else
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(logger);
  spdlog::flush_every(std::chrono::seconds{1});
}

void stop_logging() { spdlog::shutdown(); }

std::string log_safe(std::string_view value) {
  constexpr std::size_t value_bytes_max = 200;
  std::string out;
  for (const char c : value.substr(0, value_bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '"' || c == '\\')
      out += fmt::format("\\\\x{:02x}", byte);
    else
      out += c;
  }
  return out;
}

}  // namespace varde::base
