// The digest is FNV-1a over the fields that docs/ledger.md lists, numbers as eight bytes, the
// lowest first.
#include "ledger/entry_ids.hpp"

#include <string_view>

namespace varde::ledger {

using namespace alarm::v1;

const Signal* carried_signal(const Entry& entry) {
  if (entry.has_case_opened()) return &entry.case_opened().signal();
  if (entry.has_alarm_joined()) return &entry.alarm_joined().signal();
  if (entry.has_alarm_cleared()) return &entry.alarm_cleared().signal();
  if (entry.has_signal_recorded()) return &entry.signal_recorded().signal();
  if (entry.has_signal_held()) return &entry.signal_held().held().signal();
  if (entry.has_hold_ended() && entry.hold_ended().has_signal())
    return &entry.hold_ended().signal();
  return nullptr;
}

std::string signal_key(const Signal& signal) { return signal.protocol() + '/' + signal.id(); }

std::uint64_t tip_of(const Entry& entry) {
  std::string said;
  for (const std::uint64_t number :
       {entry.previous(), entry.version(), static_cast<std::uint64_t>(entry.at_us()),
        static_cast<std::uint64_t>(entry.body_case())})
    for (unsigned shift = 0; shift < 64; shift += 8) said += static_cast<char>(number >> shift);
  said += entry.node();
  said += entry.case_id();
  said += entry.command_id();
  if (const auto* signal = carried_signal(entry)) said += signal->id();

  std::uint64_t digest = 14'695'981'039'346'656'037u;
  for (const char c : said) {
    digest ^= static_cast<unsigned char>(c);
    digest *= 1'099'511'628'211u;
  }
  return digest == 0 ? 1 : digest;
}

}  // namespace varde::ledger
