// A state from a snapshot has no digests: it is searched by the ids until the next signal.
#include "alarm/seen.hpp"

#include <cstdint>
#include <utility>

#include "alarm/fold.hpp"

namespace varde::alarm {

namespace {

/// FNV-1a; kept in snapshots, so it must stay what it is.
std::uint64_t digest_of(std::string_view id) {
  std::uint64_t digest = 0xcbf29ce484222325u;
  for (const char byte : id) digest = (digest ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return digest;
}

}  // namespace

const v1::SeenSignal* find_seen(const v1::SubjectState& state, std::string_view id) {
  const auto& seen = state.seen_signals();
  const auto& digests = state.seen_digests();
  const bool by_digest = digests.size() == seen.size();
  const auto wanted = digest_of(id);
  // Newest first: a retransmission follows its original closely.
  for (int i = seen.size() - 1; i >= 0; --i)
    if ((!by_digest || digests[i] == wanted) && seen[i].id() == id) return &seen[i];
  return nullptr;
}

v1::SeenSignal* find_seen(v1::SubjectState& state, std::string_view id) {
  return const_cast<v1::SeenSignal*>(find_seen(std::as_const(state), id));
}

void add_seen(v1::SubjectState& state, std::string_view id, std::string_view case_id) {
  auto& all = *state.mutable_seen_signals();
  auto& digests = *state.mutable_seen_digests();
  for (int i = digests.size(); i < all.size(); ++i) digests.Add(digest_of(all[i].id()));

  auto& seen = *all.Add();
  seen.set_id(id.data(), id.size());
  seen.set_case_id(case_id.data(), case_id.size());
  digests.Add(digest_of(id));
  const int old = all.size() - seen_signals_max;
  if (old <= 0) return;
  all.DeleteSubrange(0, old);
  digests.erase(digests.begin(), digests.begin() + old);
}

}  // namespace varde::alarm
