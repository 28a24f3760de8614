// What a policy would have made of a municipality's recorded signals: each is decided by the same
// pure core as when it came, on states of this world's own, with what people did played along.
// Nothing is written anywhere.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/expectations.hpp"
#include "registry/set_view.hpp"
#include "triage/decision.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::server {

/// What became of one signal.
struct fate {
  std::string what;  // "opened a case", "joined a case", "waited, was restored", …
  std::string list;  // where its case waits, if not with the operators
  alarm::v1::Kind kind = alarm::v1::KIND_UNSPECIFIED;
  alarm::v1::Lane lane = alarm::v1::LANE_UNSPECIFIED;
  std::string rule;  // that decided; empty: none
  std::string reason;
  bool opened = false;  // a case

  friend bool operator==(const fate& a, const fate& b) {
    return a.what == b.what && a.list == b.list && a.kind == b.kind && a.lane == b.lane;
  }
};

/// A signal and when it came.
struct arrived {
  std::int64_t at_us = 0;
  std::string subject, device, id;

  friend auto operator<=>(const arrived&, const arrived&) = default;
};

class policy_world {
 public:
  /// The view's policy is the one that is tried.
  explicit policy_world(std::shared_ptr<const registry::set_view> set) : set_{std::move(set)} {}

  /// An entry from before the time that is compared: taken as it was recorded.
  void remember(const alarm::v1::Entry& entry);
  /// The time that is compared begins.
  void begin(base::wall_time at);
  /// An entry of the time that is compared, in the ledger's order: a device's signal is decided
  /// anew, what a person did is done to the case of the same kind if this world has it.
  void take(const alarm::v1::Entry& entry);
  /// Lets time pass, so that what still waits comes to its end.
  void finish(base::wall_time end);

  [[nodiscard]] const std::map<arrived, fate>& fates() const { return fates_; }

 private:
  using state = alarm::v1::SubjectState;

  state& state_of(const std::string& subject);
  void pass_time(const std::string& subject, base::wall_time now);
  void ask_rules(base::wall_time now);
  void carry_out(const alarm::v1::Command& command, base::wall_time now);
  void receive(const alarm::v1::Signal& signal, const std::string& subject, base::wall_time now);
  void do_as_recorded(const alarm::v1::Entry& entry);
  void do_to_case(state& s, const alarm::v1::Entry& recorded);
  void append(state& s, alarm::v1::Entry recorded, const std::string& case_id);
  void fold(state& s, const alarm::v1::Entry& entry);
  void note(const alarm::v1::Entry& entry);

  std::shared_ptr<const registry::set_view> set_;
  core::expectations expectations_;
  base::wall_time asked_until_;
  std::unordered_map<std::string, state> states_;
  std::unordered_map<std::string, alarm::v1::Kind> recorded_kinds_;  // by recorded case id
  std::unordered_map<std::string, arrived> arrivals_;                // by signal id
  // What people closed while a rule of this world still let it wait: closed as soon as it opens.
  std::map<std::pair<std::string, alarm::v1::Kind>, alarm::v1::Entry> closed_early_;
  std::map<arrived, fate> fates_;
};

}  // namespace varde::server
