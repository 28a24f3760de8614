// The checksum by Boost.CRC. Its own crc_xmodem_type has other parameters than the specification.
#include "redis/slot.hpp"

#include <boost/crc.hpp>

namespace varde::redis {

namespace {

using cluster_checksum = boost::crc_optimal<16, 0x1021, 0, 0, false, false>;

std::string_view hashed_part(std::string_view key) noexcept {
  const auto open = key.find('{');
  if (open == key.npos) return key;
  const auto close = key.find('}', open + 1);
  if (close == key.npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t slot_of(std::string_view key) noexcept {
  const auto part = hashed_part(key);
  cluster_checksum crc;
  crc.process_bytes(part.data(), part.size());
  return crc.checksum() % slot_count;
}

}  // namespace varde::redis
