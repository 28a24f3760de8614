// Counts the WebSocket frames (RFC 6455) in a stream of bytes without looking at what is in them:
// what a console costs that only has to keep up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace varde::load {

/// Of what a server sends, which is never masked.
class frame_counter {
 public:
  /// The next bytes, cut wherever the network cut them.
  void take(std::string_view bytes) {
    bytes_ += bytes.size();
    while (!bytes.empty()) {
      if (payload_left_ > 0) {
        const auto skipped = bytes.size() < payload_left_ ? bytes.size() : payload_left_;
        payload_left_ -= skipped;
        bytes.remove_prefix(skipped);
        continue;
      }
      head_[head_bytes_++] = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      if (head_bytes_ >= 2 && head_bytes_ == head_length()) begin_payload();
    }
  }
  /// Frames of all kinds whose head has come.
  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr unsigned length_of_16_bits = 126;
  static constexpr unsigned length_of_64_bits = 127;
  static constexpr std::size_t head_bytes_max = 10;

  [[nodiscard]] unsigned short_length() const { return head_[1] & 0x7fU; }
  [[nodiscard]] std::size_t head_length() const {
    return short_length() == length_of_16_bits ? 4 : short_length() == length_of_64_bits ? 10 : 2;
  }
  void begin_payload() {
    payload_left_ = head_bytes_ == 2 ? short_length() : 0;
    for (std::size_t i = 2; i < head_bytes_; ++i) payload_left_ = payload_left_ << 8 | head_[i];
    head_bytes_ = 0;
    ++frames_;
  }

  unsigned char head_[head_bytes_max] = {};
  std::size_t head_bytes_ = 0;
  std::uint64_t payload_left_ = 0;
  std::uint64_t frames_ = 0, bytes_ = 0;
};

}  // namespace varde::load
