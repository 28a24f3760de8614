// How many signals of unregistered devices one source address may raise. Each such signal is shown
// to an operator, so a broken or hostile sender must not fill the screen; a registered device is
// never limited by its address, since a whole town may stand behind one.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace varde::edge {

/// A token bucket a source. One thread.
class source_limiter {
 public:
  /// Sources remembered one by one; the ones beyond share a single bucket until others have been
  /// forgotten.
  static constexpr std::size_t sources_max = 4096;

  source_limiter(double burst, double per_minute) : burst_{burst}, per_s_{per_minute / 60.0} {}

  /// True if a signal of this source may go on now.
  [[nodiscard]] bool allow(std::string_view source, base::steady_time now);
  [[nodiscard]] std::size_t remembered() const noexcept { return buckets_.size(); }

 private:
  struct bucket {
    double tokens;
    base::steady_time at;
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  bucket& bucket_of(std::string_view source, base::steady_time now);
  double tokens_at(const bucket& b, base::steady_time now) const;
  void forget_the_full(base::steady_time now);

  double burst_;
  double per_s_;
  boost::unordered_flat_map<std::string, bucket, text_hash, std::equal_to<>> buckets_;
  bucket overflow_{0, {}};
  base::steady_time forgot_at_{};
};

}  // namespace varde::edge
