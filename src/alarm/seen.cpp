// A state from a snapshot has no digests: it is searched by the ids until the next signal.
#include "alarm/seen.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
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

using halves_of_two = std::uint32_t __attribute__((vector_size(2 * sizeof(std::uint64_t))));
using both = std::uint64_t __attribute__((vector_size(2 * sizeof(std::uint64_t))));

halves_of_two two_at(const std::uint64_t* digests) {
  halves_of_two out;
  std::memcpy(&out, digests, sizeof out);
  return out;
}

/// False if it is none of them, as nearly always: so it is only asked whether a half of one is
/// alike, of several at once, and without a branch for each.
bool may_be_among(const google::protobuf::RepeatedField<std::uint64_t>& digests,
                  std::uint64_t wanted) {
  constexpr int at_once = 4;
  const std::array twice{wanted, wanted};
  const auto sought = two_at(twice.data());
  const std::uint64_t* at = digests.data();
  const std::uint64_t* const end = at + digests.size();
  const std::uint64_t* const rest = end - digests.size() % at_once;
  halves_of_two alike{};
  for (; at != rest; at += at_once) alike |= (two_at(at) == sought) | (two_at(at + 2) == sought);
  const auto found = std::bit_cast<both>(alike);
  return (found[0] | found[1]) != 0 || std::find(rest, end, wanted) != end;
}

}  // namespace

const v1::SeenSignal* find_seen(const v1::SubjectState& state, std::string_view id) {
  const auto& seen = state.seen_signals();
  const auto& digests = state.seen_digests();
  const bool by_digest = digests.size() == seen.size();
  const auto wanted = digest_of(id);
  if (by_digest && !may_be_among(digests, wanted)) return nullptr;
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

  // Into the memory of the oldest one's ids; a setter would make a string of its own first.
  auto& seen = add_newest(all, seen_signals_max);
  seen.mutable_id()->assign(id);
  seen.mutable_case_id()->assign(case_id);
  const auto digest = digest_of(id);
  if (digests.size() < all.size()) {
    digests.Add(digest);
    return;
  }
  // By pointers, which it moves at once and not one by one.
  auto* const begin = digests.mutable_data();
  auto* const end = begin + digests.size();
  digests.Truncate(
      static_cast<int>(std::shift_left(begin, end, digests.size() - all.size() + 1) - begin));
  digests.Add(digest);
}

}  // namespace varde::alarm
