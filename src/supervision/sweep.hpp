// The sweep: notices who fell silent and who is back. Each thing has one timer; when it goes off,
// its slot is looked at, and if it was heard meanwhile the timer is set anew. So a beat costs the
// sweep nothing, and a second costs what falls due in it, however many wait.
//
// Every node sweeps and tells the others whom it heard, in batches. Only the municipality's
// housekeeper declares somebody gone, after asking what the other nodes heard; whoever hears it
// again says that it is back. docs/supervision.md tells the rules in words.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/metrics.hpp"
#include "base/time.hpp"
#include "base/timer_wheel.hpp"
#include "supervision/seen_batch.hpp"
#include "supervision/seen_store.hpp"
#include "supervision/seen_table.hpp"
#include "supervision/watch_list.hpp"

namespace varde::supervision {

/// What the sweep found: the thing is gone, or back.
struct finding {
  enum class kind : std::uint8_t { gone, back };

  kind what = kind::gone;
  thing of;
  expectation expected;
  std::uint32_t heard_s = 0;  // last; Unix, 0: never
  std::uint32_t at_s = 0;     // Unix: now
  /// Why it was waited for longer than its limit, and since when; empty: it was not.
  std::string_view spared_because;
  std::uint32_t spared_from_s = 0;
};

/// What the ledger says of a thing's alarm.
enum class ledger_word : std::uint8_t {
  open,     // a case says that it is gone
  cleared,  // the alarm was cleared
  closed,   // by a person, while it was still gone
};

struct sweep_options {
  /// Those that go within this time are judged together.
  std::uint32_t gather_s = 3;
  /// Timers that go off, and bells that are answered, in one step.
  std::size_t looks_max = 4'096;
  /// Devices of a new registry that are taken up in one step.
  std::size_t devices_max = 4'096;
  std::size_t fields_max = 1'000;  // in one command
  std::size_t writes_in_flight_max = 4;
  std::size_t questions_in_flight_max = 4;
  /// More between two steps, and we were frozen.
  std::uint32_t frozen_after_s = 5;
  /// The ledger should have followed what it was told by then; it is told again, twice as late each
  /// time.
  std::uint32_t told_again_after_s = 60;
};

/// Not thread-safe, all on one thread; `seen` is marked by others.
class sweep {
 public:
  struct surroundings {
    const registry::directory& directory;
    seen_table& seen;
    seen_store& store;
    base::metrics& metrics;
    /// We are not cut off from the ledger.
    std::function<bool()> together;
    /// It is ours to judge this municipality's devices.
    std::function<bool(const std::string& municipality)> keeps;
  };
  /// Which of those that went together to keep back: they are watched as absent, but the ledger is
  /// not told. One answer each.
  using outage_eye =
      std::function<std::vector<bool>(const std::string& municipality, std::span<const gone>)>;
  /// A thing that was absent is back, whether it was kept back or not.
  using return_eye = std::function<void(const std::string& municipality, const gone&)>;

  sweep(sweep_options options, surroundings with, base::steady_time now);
  ~sweep();

  void look_at_those_gone(outage_eye eye) { gone_eye_ = std::move(eye); }
  void look_at_those_back(return_eye eye) { back_eye_ = std::move(eye); }

  /// To be called several times a second.
  void step(base::steady_time now, base::wall_time wall);
  /// Nobody could be heard until now, by no fault of theirs; `why` must be a literal, "this node
  /// started".
  void could_not_hear(std::string_view why);
  /// The ledger's word on the alarm of what has this name.
  void ledger_says(const std::string& municipality, const std::string& name,
                   const std::string& case_id, ledger_word word);
  /// The next thing to tell the ledger, oldest first. False if there is nothing.
  bool take_finding(finding& into);

  [[nodiscard]] bool has_findings() const { return !found_.empty(); }

 private:
  struct outage_of_ours {
    std::uint32_t since_s = 0;
    std::string_view why;
  };
  enum class loaded : std::uint8_t { no, being_read, yes };
  struct place {
    outage_of_ours spared;
    std::uint32_t kept_at_s = 0;  // when we last were the housekeeper
    loaded times = loaded::no;    // of the store
    seen_batch heard;             // for the store
    std::vector<registry::thing_number> missing;
    std::uint32_t gathered_at_s = 0;  // when they are judged
    bool asking = false;
  };
  struct inquiry;
  struct told {
    registry::thing_number number;
    finding::kind what;
  };
  struct meters;

  void notice_our_outages();
  void keep_places();
  void load(std::uint16_t at);
  void heard_elsewhere(registry::thing_number number, watched& w, std::uint32_t unix_s);

  void taken(registry::thing_number number, watched& w, bool fresh);
  void dropped(registry::thing_number number, watched& w);
  void look(registry::thing_number number);
  void look_at_absent(registry::thing_number number, watched& w);
  void answer_bell(registry::thing_number number, bool alarm);
  void arm(registry::thing_number number, std::uint32_t when_s);
  void tell_nodes(registry::thing_number number, watched& w);
  void flush(std::uint16_t at);
  void ask(std::uint16_t at);
  void ask_more(const std::shared_ptr<inquiry>& all);
  void judge(const inquiry& all);
  void lose(std::uint16_t at, std::span<const registry::thing_number> numbers);
  void come_back(registry::thing_number number, watched& w);
  void tell_ledger(registry::thing_number number, finding::kind what);
  void tell_ledger_again(registry::thing_number number, watched& w);

  [[nodiscard]] bool may_judge(const place& at) const;
  [[nodiscard]] const outage_of_ours& spared(const place& at) const;
  [[nodiscard]] std::uint32_t gone_at(registry::thing_number number, const watched& w);
  [[nodiscard]] const watched* gateway_of(registry::thing_number number, const watched& w);
  [[nodiscard]] std::uint32_t to_unix(std::uint32_t s) const;
  [[nodiscard]] std::uint32_t from_unix(std::uint32_t s) const;

  sweep_options options_;
  surroundings with_;
  std::unique_ptr<meters> meters_;
  watch_list watched_;
  base::timer_wheel wheel_;
  std::deque<place> places_;  // beside watched_.municipalities()
  std::deque<told> found_;
  /// The case that says so, by "<municipality>/<name>".
  std::unordered_map<std::string, std::string> absent_in_;
  outage_eye gone_eye_;
  return_eye back_eye_;
  outage_of_ours spared_;
  std::size_t writes_in_flight_ = 0;
  std::size_t absent_ = 0;
  std::int64_t wall_ahead_s_ = 0;  // of the table's clock
  std::uint32_t now_s_;
  std::uint32_t flushed_at_s_ = 0;
  bool loading_ = false;
  bool taken_up_ = false;
  bool was_together_ = false;
  bool listened_ = false;
  bool began_ = false;  // could hear once
};

}  // namespace varde::supervision
