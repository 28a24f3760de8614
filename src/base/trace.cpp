// A pool of randomness for each thread, given out piece by piece and each piece once.
#include "base/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/hash.hpp"

namespace varde::base {

namespace {

constexpr std::size_t trace_bytes = 8;
constexpr std::size_t traces_in_pool = 512;

}  // namespace

std::string new_trace() {
  thread_local std::string pool;
  if (pool.empty()) pool = random_bytes(trace_bytes * traces_in_pool);
  const auto* const last =
      reinterpret_cast<const std::uint8_t*>(pool.data()) + pool.size() - trace_bytes;
  auto trace = to_hex(std::span{last, trace_bytes});
  pool.resize(pool.size() - trace_bytes);
  return trace;
}

}  // namespace varde::base
