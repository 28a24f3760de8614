// One case as its entries tell it, for the checker. The rules here say what may happen to a case,
// and are written apart from triage, which decides, and from the fold, which shows: a mistake there
// is found here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "ledger/breach.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::ledger {

/// Pure. What was decided again after an outage (`merged_at_us`) keeps what people did in fact, so
/// a few rules that bind a decision do not bind it: a team may have been sent twice, and a case may
/// be closed or visited that had lost its owner.
class case_replay {
 public:
  using complaint = std::function<void(breach what, std::string detail)>;

  /// The case's next entry, the opening one included.
  void take(const alarm::v1::Entry& entry, const complaint& complain);

  [[nodiscard]] bool is_open() const noexcept { return opened_ && !closed_; }
  [[nodiscard]] std::size_t visits() const noexcept { return visits_.size(); }

 private:
  enum class stage : std::uint8_t { offered, accepted, on_the_way, there, ended };
  struct tracked_visit {
    std::string team, responder;
    stage at = stage::offered;
    bool overdue = false;
  };

  void open(const alarm::v1::Entry& entry, const complaint& complain);
  void join(const alarm::v1::Entry& entry, const complaint& complain);
  void requeue(const alarm::v1::Entry& entry, const complaint& complain);
  void list_on(alarm::v1::WorkList list, const complaint& complain);
  void take_body(const alarm::v1::Entry& entry, const complaint& complain);
  void claim(const alarm::v1::Entry& entry, const complaint& complain);
  void take_over(const alarm::v1::Entry& entry, const complaint& complain);
  void release(const alarm::v1::Entry& entry, const complaint& complain);
  void close(const alarm::v1::Entry& entry, const complaint& complain);
  void offer(const alarm::v1::Entry& entry, const complaint& complain);
  void move(const alarm::v1::Entry& entry, const complaint& complain);
  void mark_overdue(const alarm::v1::Entry& entry, const complaint& complain);
  /// What only an owner may do, unless it was kept after an outage.
  void owner_only(const alarm::v1::Entry& entry, const complaint& complain) const;

  alarm::v1::Kind kind_ = alarm::v1::KIND_UNSPECIFIED;
  alarm::v1::Lane lane_ = alarm::v1::LANE_UNSPECIFIED;
  alarm::v1::WorkList list_ = alarm::v1::WORK_LIST_OPERATORS;
  bool opened_ = false, closed_ = false, owned_ = false;
  std::string owner_;
  std::map<std::string, tracked_visit> visits_;
};

}  // namespace varde::ledger
