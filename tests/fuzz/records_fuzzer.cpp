// Any bytes as TLS records, and any bytes sealed in one: never more out than came in, never data
// out of what nobody sealed, and what was sealed comes out as it went in.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "edge/record_layer.hpp"

namespace {

using namespace varde::edge;

constexpr auto suite = cipher_suite::aes_128_gcm_sha256;
constexpr std::array<unsigned char, 32> secret{1, 2, 3};

void read_all(record_reader& reader, std::string bytes) {
  std::span<char> rest{bytes};
  for (;;) {
    const auto found = reader.next(rest);
    if (found.consumed > rest.size() || found.data.size() > found.consumed) std::abort();
    if (found.what == record_reader::kind::data) std::abort();
    if (found.what != record_reader::kind::nothing) return;
    rest = rest.subspan(found.consumed);
  }
}

/// The input is what the peer has put inside.
void read_sealed(record_reader& reader, std::string inside) {
  record_keys peer{suite, secret, 0};
  inside.resize(std::min(inside.size(), record_sealed_bytes_max - record_tag_bytes));
  const auto size = inside.size() + record_tag_bytes;
  const std::array<char, record_head_bytes> head{23, 3, 3, static_cast<char>(size >> 8),
                                                 static_cast<char>(size)};
  std::array<char, record_tag_bytes> tag{};
  const auto said = inside;
  if (!peer.seal(head, inside, tag)) std::abort();
  auto record = std::string{head.data(), head.size()} + inside;
  record.append(tag.data(), tag.size());
  const auto found = reader.next(record);
  if (found.what == record_reader::kind::incomplete) std::abort();
  if (found.what == record_reader::kind::data &&
      !said.starts_with(std::string_view{found.data.data(), found.data.size()}))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  record_reader reader{suite, secret, 0};
  std::string bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  if (data[0] % 2 == 0)
    read_all(reader, std::move(bytes));
  else
    read_sealed(reader, std::move(bytes));
  return 0;
}
