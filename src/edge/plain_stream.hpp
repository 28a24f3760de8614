// The byte stream in the clear: TCP as it is.
#pragma once

#include "edge/byte_stream.hpp"

namespace varde::edge {

class plain_stream final : public byte_stream {
 public:
  explicit plain_stream(int descriptor) : descriptor_{descriptor} {}

  io_result open() override { return {io_state::done, 0}; }
  io_result read(std::span<char> into) override;
  io_result write(std::string_view bytes) override;
  void close() override;
  [[nodiscard]] std::optional<base::sha256_digest> take_peer_certificate() override {
    return std::nullopt;
  }
  [[nodiscard]] bool resumed() const override { return false; }

 private:
  int descriptor_;
};

}  // namespace varde::edge
