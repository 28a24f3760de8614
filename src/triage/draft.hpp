// The entries of one decision while they are being written: each the next version on the tip of the
// one before, all by the same author. Internal to triage.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "triage/decision.hpp"

namespace varde::triage {

/// Keeps references to the state and the context only.
class draft {
 public:
  /// By the device, on its signal.
  draft(const alarm::v1::SubjectState& state, const alarm::v1::Signal& signal, const context& at);
  /// By whoever gave the command; its id goes into the first entry.
  draft(const alarm::v1::SubjectState& state, const alarm::v1::Command& command, const context& at);

  /// The next entry, without a body. The reference holds until the next call.
  alarm::v1::Entry& add(const std::string& case_id = {});
  /// The id of a case that the next entry would open.
  [[nodiscard]] std::string id_of_new_case() const;
  /// Where the alarm went; empty if to no case.
  void went_to(std::string case_id) { case_id_ = std::move(case_id); }
  [[nodiscard]] const std::string& case_id() const { return case_id_; }
  [[nodiscard]] base::wall_time now() const { return at_.now; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] alarm::v1::Entry& first() { return entries_.front(); }
  [[nodiscard]] std::string take_case_id() { return std::move(case_id_); }
  [[nodiscard]] std::vector<alarm::v1::Entry> take() { return std::move(entries_); }

 private:
  const alarm::v1::SubjectState& state_;
  const context& at_;
  const alarm::v1::Signal* signal_ = nullptr;
  const alarm::v1::Command* command_ = nullptr;
  std::vector<alarm::v1::Entry> entries_;
  std::string case_id_;
};

/// Idempotency keys are each person's own: two people who happen on the same key are two commands.
[[nodiscard]] std::string scoped_id(const alarm::v1::Command& command);

}  // namespace varde::triage
