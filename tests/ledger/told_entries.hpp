// Entries as a test tells a story: one subject after another, each entry the next version, decided
// on the one before it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "alarm/fold.hpp"
#include "ledger/commit.hpp"
#include "ledger/entry.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::test {

using alarm::v1::Entry;

/// The commit that makes just this entry.
inline ledger::commit commit_of(const Entry& entry) {
  return ledger::to_commit(entry.municipality(), entry.subject(), entry.version() - 1, {&entry, 1});
}

class story {
 public:
  static constexpr const char* municipality = "9901";

  /// The entry that `change` makes of an empty one, appended to `subject`.
  template <class Change>
  Entry& tell(const std::string& subject, Change change) {
    auto& last = last_[subject];
    Entry entry;
    entry.set_format(ledger::entry_format);
    entry.set_municipality(municipality);
    entry.set_subject(subject);
    entry.set_version(last.first + 1);
    entry.set_previous(last.second);
    entry.set_at_us(1'000'000 * static_cast<std::int64_t>(entries_.size() + 1));
    entry.set_node("a");
    change(entry);
    last = {entry.version(), alarm::tip_after(entry)};
    return entries_.emplace_back(std::move(entry));
  }

  /// The case's id.
  std::string open(const std::string& subject, const std::string& signal) {
    return tell(subject,
                [&](Entry& entry) {
                  entry.set_case_id("9901." + subject + "." + std::to_string(entry.version()));
                  fill(*entry.mutable_case_opened()->mutable_signal(), signal);
                })
        .case_id();
  }
  void join(const std::string& about, const std::string& signal) {
    on(about, "", [&](Entry& e) { fill(*e.mutable_alarm_joined()->mutable_signal(), signal); });
  }
  /// A rule lets the signal wait.
  void hold(const std::string& subject, const std::string& signal) {
    tell(subject, [&](Entry& e) {
      fill(*e.mutable_signal_held()->mutable_held()->mutable_signal(), signal);
    });
  }
  void end_hold(const std::string& subject, const std::string& signal, alarm::v1::HoldEnd how) {
    tell(subject, [&](Entry& e) {
      e.mutable_hold_ended()->set_held_signal(signal);
      e.mutable_hold_ended()->set_how(how);
    });
  }
  /// A rule keeps the signal from being a case.
  void keep_back(const std::string& subject, const std::string& signal) {
    tell(subject, [&](Entry& e) {
      fill(*e.mutable_signal_recorded()->mutable_signal(), signal);
      e.mutable_signal_recorded()->mutable_by()->set_rule("three");
    });
  }
  void claim(const std::string& about, const std::string& user) {
    on(about, user, [](Entry& e) { e.mutable_claimed(); });
  }
  void release(const std::string& about, const std::string& user) {
    on(about, user, [](Entry& e) { e.mutable_released(); });
  }
  void take_over(const std::string& about, const std::string& from, const std::string& user) {
    on(about, user, [&](Entry& e) { e.mutable_taken_over()->set_from_user(from); });
  }
  void close(const std::string& about, const std::string& user) {
    on(about, user, [](Entry& e) { e.mutable_closed(); });
  }
  /// The visit's id.
  std::string send(const std::string& about, const std::string& user, const std::string& team,
                   unsigned number = 1) {
    const auto id = about + ".v" + std::to_string(number);
    on(about, user, [&](Entry& e) {
      e.mutable_visit_offered()->mutable_visit()->set_id(id);
      e.mutable_visit_offered()->mutable_visit()->set_team(team);
    });
    return id;
  }
  void move(const std::string& visit, const std::string& user, alarm::v1::VisitState to) {
    on(visit.substr(0, visit.rfind(".v")), user, [&](Entry& e) {
      e.mutable_visit_moved()->set_visit(visit);
      e.mutable_visit_moved()->set_state(to);
    });
  }
  /// Any other entry of a case, by somebody, with a command id of its own.
  template <class Change>
  Entry& on(const std::string& about, const std::string& user, Change change) {
    const auto subject = about.substr(5, about.rfind('.') - 5);
    return tell(subject, [&](Entry& entry) {
      entry.set_case_id(about);
      if (!user.empty()) {
        entry.mutable_actor()->set_kind(alarm::v1::ACTOR_KIND_OPERATOR);
        entry.mutable_actor()->set_user(user);
        entry.set_command_id(user + "/" + std::to_string(entries_.size()));
      }
      change(entry);
    });
  }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }

 private:
  static void fill(alarm::v1::Signal& signal, const std::string& id) {
    signal.set_protocol("scaip");
    signal.set_id(id);
  }

  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> last_;  // version and tip
  std::vector<Entry> entries_;
};

}  // namespace varde::test
