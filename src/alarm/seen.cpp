// A state from a snapshot has no digests: it is searched by the ids until the next signal.
#include "alarm/seen.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "alarm/bounded.hpp"
#include "alarm/fold.hpp"

namespace varde::alarm {

namespace {

/// FNV-1a; kept in snapshots, so it must stay what it is.
std::uint64_t digest_of(std::string_view id) {
  std::uint64_t digest = 0xcbf29ce484222325u;
  for (const char byte : id) digest = (digest ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return digest;
}

/// Without a branch for each, since nearly always none is.
bool is_among(const google::protobuf::RepeatedField<std::uint64_t>& digests, std::uint64_t wanted) {
  constexpr int at_once = 8;
  const std::uint64_t* all = digests.data();
  int i = 0;
  unsigned found = 0;
  for (; i + at_once <= digests.size(); i += at_once)
    for (int j = 0; j < at_once; ++j) found |= all[i + j] == wanted ? 1u : 0u;
  for (; i < digests.size(); ++i) found |= all[i] == wanted ? 1u : 0u;
  return found != 0;
}

}  // namespace

const v1::SeenSignal* find_seen(const v1::SubjectState& state, std::string_view id) {
  const auto& seen = state.seen_signals();
  const auto& digests = state.seen_digests();
  const bool by_digest = digests.size() == seen.size();
  const auto wanted = digest_of(id);
  if (by_digest && !is_among(digests, wanted)) return nullptr;
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

  auto& seen = add_newest(all, seen_signals_max);
  seen.set_id(id.data(), id.size());
  seen.set_case_id(case_id.data(), case_id.size());
  const auto digest = digest_of(id);
  if (digests.size() < all.size()) {
    digests.Add(digest);
    return;
  }
  digests.Truncate(static_cast<int>(
      std::shift_left(digests.begin(), digests.end(), digests.size() - all.size() + 1) -
      digests.begin()));
  digests.Add(digest);
}

}  // namespace varde::alarm
