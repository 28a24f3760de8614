// A bucket that has filled up again says nothing that a new one would not, and is forgotten.
#include "edge/source_limiter.hpp"

#include <algorithm>

namespace varde::edge {

namespace {

/// Looking through all buckets is not worth doing more often.
constexpr std::chrono::seconds forget_every{1};

}  // namespace

double source_limiter::tokens_at(const bucket& b, base::steady_time now) const {
  const auto passed_s = std::chrono::duration<double>(now - b.at).count();
  return std::min(burst_, b.tokens + passed_s * per_s_);
}

void source_limiter::forget_the_full(base::steady_time now) {
  if (now - forgot_at_ < forget_every) return;
  forgot_at_ = now;
  boost::unordered::erase_if(
      buckets_, [&](const auto& entry) { return tokens_at(entry.second, now) >= burst_; });
}

source_limiter::bucket& source_limiter::bucket_of(std::string_view source, base::steady_time now) {
  if (const auto known = buckets_.find(source); known != buckets_.end()) return known->second;
  if (buckets_.size() >= sources_max) forget_the_full(now);
  if (buckets_.size() >= sources_max) return overflow_;
  return buckets_.emplace(std::string{source}, bucket{burst_, now}).first->second;
}

bool source_limiter::allow(std::string_view source, base::steady_time now) {
  bucket& own = bucket_of(source, now);
  own.tokens = tokens_at(own, now);
  own.at = now;
  if (own.tokens < 1) return false;
  own.tokens -= 1;
  return true;
}

}  // namespace varde::edge
