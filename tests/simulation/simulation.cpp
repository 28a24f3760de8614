// The people and devices, and what goes wrong around them.
#include "simulation/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "alarm/fold.hpp"
#include "simulation/sim_node.hpp"

namespace varde::simulation {

namespace {

constexpr moment patience = 4 * second;  // of a device or a person with a node that says nothing
constexpr moment lag_max = 3 * second;   // of the replica that becomes master
constexpr moment known_everywhere = 20 * second;  // till a lease is taken, a beat, a tick

double in_seconds(moment m) { return static_cast<double>(m) / second; }

class centre {
 public:
  explicit centre(const plan& p)
      : plan_(p),
        w_(p.seed),
        redis_(plan_.off),
        policy_(w_.luck.percent(50) ? core::acknowledgement::disk_redis_replica
                                    : core::acknowledgement::disk_redis) {
    for (int i = 0; i < p.nodes; ++i)
      nodes_.push_back(std::make_unique<sim_node>(
          w_, redis_, plan_.off, fmt::format("node-{}", i), policy_,
          w_.luck.between(-4, 4) * second,
          [this](std::uint64_t ticket, alarm::verdict v) { heard(ticket, v); }));
  }

  outcome run() {
    redis_.data.on_append = [this](const alarm::v1::Entry& entry) { look_at_release(entry); };
    for (auto& n : nodes_) n->start();
    w_.run_until(10 * second);
    end_ = plan_.hours * hour;
    press_sometime();
    storm_sometime();
    for (int i = 0; i < 4; ++i) {
      operators_.push_back(std::make_unique<person>(fmt::format("op{}", i), any_node()));
      work(*operators_.back());
      stay_present(*operators_.back());
    }
    fault_sometime();
    look_at_boards();
    w_.run_until(end_);
    // Everything heals; what is under way ends.
    over_ = true;
    w_.run_until(end_ + 30 * minute);
    return judge();
  }

 private:
  enum class sent : std::uint8_t { button, door, power_lost, power_back };
  struct press {
    std::string id;
    int resident = 0;
    sent what = sent::button;
    bool acknowledged = false;
    int tries = 0;
  };
  struct person {
    person(std::string called, sim_node* at) : name(std::move(called)), console(at) {}
    std::string name;
    sim_node* console;
    moment present_since = 0;
    bool away = false;
    int keys = 0;
  };
  using reply = std::function<void(const board::command_result&)>;

  sim_node* any_node() { return w_.luck.one_of(nodes_).get(); }

  // --- Devices ---------------------------------------------------------------------------------

  void press_sometime() {
    w_.after(w_.luck.between(20 * second, 25 * minute), [this] {
      if (over_) return;
      const int burst = w_.luck.percent(10) ? 6 : 1;
      for (int i = 0; i < burst; ++i) {
        const auto resident = static_cast<int>(w_.luck.between(1, residents));
        const auto p = send_new(resident, w_.luck.percent(70) ? sent::button : sent::door);
        // The device did not hear the answer, or is impatient: the same again, elsewhere.
        if (w_.luck.percent(20)) w_.after(w_.luck.between(0, second), [this, p] { send(p); });
      }
      press_sometime();
    });
  }

  std::shared_ptr<press> send_new(int resident, sent what) {
    auto p = std::make_shared<press>();
    p->id = fmt::format("device/{}", ++presses_);
    p->resident = resident;
    p->what = what;
    send(p);
    return p;
  }

  /// The power of many homes at once, which flickers in some; it is back everywhere in the end.
  void storm_sometime() {
    w_.after(w_.luck.between(40 * minute, 3 * hour), [this] {
      if (over_) return;
      ++faults_["power cut"];
      tell("power cut");
      for (int resident = 1; resident <= residents; ++resident)
        if (w_.luck.percent(70)) flicker(resident, w_.luck.between(0, minute));
      storm_sometime();
    });
  }

  void flicker(int resident, moment delay) {
    w_.after(delay, [this, resident] {
      send_new(resident, sent::power_lost);
      w_.after(w_.luck.percent(30) ? w_.luck.between(second, 30 * second)
                                   : w_.luck.between(minute, 20 * minute),
               [this, resident] {
                 send_new(resident, sent::power_back);
                 if (!over_ && w_.luck.percent(40)) flicker(resident, w_.luck.between(0, minute));
               });
    });
  }

  void send(const std::shared_ptr<press>& p) {
    ++p->tries;
    alarm::admission a;
    a.signal.set_id(plan_.off.no_duplicate_check ? fmt::format("{}.{}", p->id, p->tries) : p->id);
    a.signal.set_text(p->id);
    a.signal.set_device(fmt::format("d{}", p->resident));
    a.signal.set_protocol("scaip");
    a.signal.set_intent(p->what == sent::power_back ? alarm::v1::INTENT_RESET
                                                    : alarm::v1::INTENT_ALARM);
    fill_codes(a, p->what);
    a.municipality = alarm::municipality_id{municipality_of(p->resident)};
    a.subject = alarm::resident_subject(std::to_string(p->resident));
    a.known_device = true;
    a.reply = {0, ++tickets_};
    waiting_[tickets_] = p;
    any_node()->signal(std::move(a));
    w_.after(patience, [this, p] {
      if (!p->acknowledged) send(p);
    });
  }

  /// SCAIP's codes of the device and of what happened.
  static void fill_codes(alarm::admission& a, sent what) {
    struct codes {
      std::uint32_t device_type, status;
      alarm::v1::Lane lane;
    };
    static constexpr std::array table{
        codes{4, 10, alarm::v1::LANE_LIFE}, codes{14, 10, alarm::v1::LANE_CARE},
        codes{41, 85, alarm::v1::LANE_TECHNICAL}, codes{41, 86, alarm::v1::LANE_TECHNICAL}};
    const auto& row = table.at(static_cast<std::size_t>(what));
    a.signal.set_device_type(row.device_type);
    a.signal.set_status(row.status);
    a.lane = row.lane;
  }

  void heard(std::uint64_t ticket, alarm::verdict v) {
    const auto at = waiting_.find(ticket);
    if (at == waiting_.end()) return;
    if (v == alarm::verdict::received && !at->second->acknowledged) {
      at->second->acknowledged = true;
      told_.signals[at->second->id] = w_.now();
    }
    waiting_.erase(at);
  }

  // --- People ----------------------------------------------------------------------------------

  void stay_present(person& who) {
    // Some close their lid and come back at another place.
    if (w_.luck.percent(1)) {
      who.away = !over_;
      w_.after(w_.luck.between(20 * second, 70 * second), [this, &who] {
        who.away = false;
        move_on(who);
      });
    }
    if (who.away || !who.console->together()) who.present_since = w_.now();
    if (!who.away) who.console->presence(who.name);
    w_.after(5 * second, [this, &who] { stay_present(who); });
  }

  /// A case is not taken from somebody who has been there for long enough to be known everywhere.
  void look_at_release(const alarm::v1::Entry& entry) {
    auto& owner = owners_[entry.case_id()];
    if (entry.has_claimed() || entry.has_taken_over()) owner = entry.actor().user();
    if (entry.has_released() && entry.released().reason() == alarm::v1::RELEASE_REASON_CONSOLE_GONE)
      for (const auto& who : operators_)
        if (who->name == owner && who->console->together() &&
            w_.now() - who->present_since > known_everywhere)
          wronged_.push_back(
              fmt::format("{} was taken by {} at {:.1f} s from {}, who is at {} since {:.1f} s",
                          entry.case_id(), entry.node(), in_seconds(w_.now()), owner,
                          who->console->name(), in_seconds(who->present_since)));
  }

  void move_on(person& who) {
    who.console = any_node();
    who.present_since = w_.now();
  }

  /// Does something with one key until it is answered; moves to another node when nobody answers.
  void insist(person& who, std::function<void(sim_node&, core::command_answer)> act, reply done) {
    const auto open = std::make_shared<bool>(true);
    act(*who.console, [this, open, &who, act, done](const board::command_result& r) {
      if (!std::exchange(*open, false)) return;
      // The answer travels; a frozen or dead node has said nothing.
      if (r.status == board::command_status::unavailable)
        w_.after(second, [this, &who, act, done] { insist(who, act, done); });
      else
        w_.after(millisecond, [done, r] { done(r); });
    });
    w_.after(patience, [this, open, &who, act, done] {
      if (!std::exchange(*open, false)) return;
      move_on(who);
      insist(who, act, done);
    });
  }

  void order(person& who, const std::string& case_id,
             const std::function<void(alarm::v1::Command&)>& fill, reply done,
             alarm::v1::ActorKind kind = alarm::v1::ACTOR_KIND_OPERATOR) {
    alarm::v1::Command c;
    const auto place = alarm::locate(case_id);
    c.set_id(fmt::format("k{}", ++who.keys));
    c.set_municipality(place->municipality.str());
    c.set_subject(place->subject.str());
    c.set_case_id(case_id);
    c.mutable_actor()->set_kind(kind);
    c.mutable_actor()->set_user(who.name);
    c.mutable_actor()->set_name(who.name);
    fill(c);
    insist(
        who, [c](sim_node& at, core::command_answer answer) { at.command(c, std::move(answer)); },
        [this, c, done, at = who.console](const board::command_result& r) {
          const bool told = r.status == board::command_status::done ||
                            r.status == board::command_status::repeated;
          if (plan_.tell)
            tell(fmt::format("{} at {}: {} {} on {} → {} {}", c.actor().user(), at->name(), c.id(),
                             c.descriptor()->FindFieldByNumber(c.body_case())->name(), c.case_id(),
                             static_cast<int>(r.status), r.code));
          if (told && !c.has_claim() && !c.has_release())
            told_.commands.insert(c.actor().user() + "/" + c.id());
          done(r);
        });
  }

  void work(person& who) {
    w_.after(w_.luck.between(5 * second, 90 * second), [this, &who] {
      if (w_.luck.percent(3)) move_on(who);
      const board::next_request request{
          fmt::format("n{}", ++who.keys), {"9901", "9902"}, actor(who), ""};
      insist(
          who,
          [request](sim_node& at, core::command_answer answer) {
            at.take_next(request, std::move(answer));
          },
          [this, &who](const board::command_result& r) {
            if (!r.now || r.status == board::command_status::not_found) return work(who);
            handle(who, r.now->id());
          });
    });
  }

  static alarm::v1::Actor actor(const person& who) {
    alarm::v1::Actor out;
    out.set_kind(alarm::v1::ACTOR_KIND_OPERATOR);
    out.set_user(who.name);
    out.set_name(who.name);
    return out;
  }

  void handle(person& who, const std::string& case_id) {
    w_.after(w_.luck.between(2 * second, 30 * second), [this, &who, case_id] {
      order(
          who, case_id, [](auto& c) { c.mutable_note()->set_text("talked to her"); },
          [this, &who, case_id](const board::command_result&) {
            if (w_.luck.percent(60))
              dispatch(who, case_id);
            else
              end(who, case_id);
          });
    });
  }

  void dispatch(person& who, const std::string& case_id) {
    order(
        who, case_id, [](auto& c) { c.mutable_dispatch()->set_team("t-1"); },
        [this, &who, case_id](const board::command_result& r) {
          if (r.status == board::command_status::done && r.now && r.now->visits_size() > 0) {
            const auto visit = r.now->visits(r.now->visits_size() - 1).id();
            // Two of the team look at the same page.
            go(case_id, visit);
            if (w_.luck.percent(30)) go(case_id, visit);
          }
          w_.after(w_.luck.between(2 * minute, 12 * minute),
                   [this, &who, case_id] { end(who, case_id); });
        });
  }

  void go(const std::string& case_id, const std::string& visit) {
    responders_.push_back(
        std::make_unique<person>(fmt::format("r{}", responders_.size()), any_node()));
    person& who = *responders_.back();
    move(who, case_id, visit, alarm::v1::VISIT_STATE_ACCEPTED);
  }

  void move(person& who, const std::string& case_id, const std::string& visit,
            alarm::v1::VisitState to) {
    w_.after(w_.luck.between(5 * second, 90 * second), [this, &who, case_id, visit, to] {
      order(
          who, case_id,
          [visit, to](auto& c) {
            c.mutable_move_visit()->set_visit(visit);
            c.mutable_move_visit()->set_state(to);
          },
          [this, &who, case_id, visit, to](const board::command_result& r) {
            if (r.status == board::command_status::refused ||
                r.status == board::command_status::not_found)
              return;
            if (to == alarm::v1::VISIT_STATE_ACCEPTED)
              move(who, case_id, visit, alarm::v1::VISIT_STATE_ON_SITE);
            if (to == alarm::v1::VISIT_STATE_ON_SITE)
              move(who, case_id, visit, alarm::v1::VISIT_STATE_DONE);
          },
          alarm::v1::ACTOR_KIND_RESPONDER);
    });
  }

  void end(person& who, const std::string& case_id) {
    order(
        who, case_id,
        [](auto& c) {
          c.mutable_close()->mutable_outcome()->set_kind(alarm::v1::OUTCOME_KIND_REAL);
          c.mutable_close()->mutable_outcome()->set_cause("fall");
        },
        [this, &who, case_id](const board::command_result& r) {
          if (r.status == board::command_status::refused && r.code == "visit_under_way" && r.now) {
            // The team does not come: it is called back.
            for (const auto& visit : r.now->visits())
              if (visit.ended_at_us() == 0) return recall(who, case_id, visit.id());
          }
          work(who);
        });
  }

  void recall(person& who, const std::string& case_id, const std::string& visit) {
    w_.after(w_.luck.between(20 * second, 3 * minute), [this, &who, case_id, visit] {
      order(
          who, case_id,
          [visit](auto& c) {
            c.mutable_recall()->set_visit(visit);
            c.mutable_recall()->set_reason("not needed");
          },
          [this, &who, case_id](const board::command_result&) { end(who, case_id); });
    });
  }

  // --- Faults ----------------------------------------------------------------------------------

  void fault_sometime() {
    w_.after(w_.luck.between(30 * second, 14 * minute), [this] {
      if (over_) return;
      fault();
      if (w_.luck.percent(30)) fault();
      fault_sometime();
    });
  }

  /// With the policy that waits for replicas, what was acknowledged is there; else a failover may
  /// forget what is younger than the replica's lag, and for so long the disks must have been well.
  bool may_forget() const {
    return std::ranges::none_of(nodes_, [&](const auto& n) {
      return n->disk.failing || w_.now() - n->disk.works_since <= lag_max;
    });
  }

  /// The story of one run, for whoever looks for what went wrong.
  void tell(const std::string& what) const {
    if (plan_.tell) fmt::print("{:9.1f} s  {}\n", in_seconds(w_.now()), what);
  }

  void fault() {
    sim_node& n = *any_node();
    switch (plan_.only_freezes ? 1 : w_.luck.between(0, 9)) {
      case 0:
        return kill(n);
      case 1:
        ++faults_["frozen"];
        tell("frozen " + n.name());
        return w_.luck.percent(50) ? n.freeze(w_.luck.between(3 * second, 90 * second))
                                   : n.freeze_when_due(w_.luck.between(15 * second, minute));
      case 2:
        ++faults_["cut off"];
        tell("cut off " + n.name());
        n.cut_off(true);
        return w_.after(w_.luck.between(2 * second, 5 * minute), [&n] { n.cut_off(false); });
      case 3:
      case 4:
        return fail_over();
      case 5:
        ++faults_["redis hangs"];
        tell("redis hangs");
        redis_.hung = true;
        return w_.after(w_.luck.between(500 * millisecond, 20 * second),
                        [this] { redis_.hung = false; });
      case 6:
        ++faults_["redis down"];
        tell("redis down");
        redis_.down = true;
        ++redis_.term;
        for (auto& one : nodes_) one->lost_redis();
        return w_.after(w_.luck.between(second, minute), [this] { redis_.down = false; });
      case 7:
        ++faults_["disk fails"];
        tell("disk fails " + n.name());
        n.disk.failing = true;
        return w_.after(w_.luck.between(2 * second, minute), [this, &n] {
          n.disk.failing = false;
          n.disk.works_since = w_.now();
        });
      case 8:
        ++faults_["disk slow"];
        tell("disk slow " + n.name());
        n.disk.write_time = w_.luck.between(50 * millisecond, 3 * second);
        return w_.after(w_.luck.between(5 * second, minute), [&n] { n.disk.write_time = 300; });
      default:
        ++faults_["clock stepped"];
        tell("clock stepped " + n.name());
        n.step_clock(w_.luck.between(-30, 30) * second);
    }
  }

  void kill(sim_node& n) {
    if (!n.serves()) return;
    ++faults_["killed"];
    tell("killed " + n.name());
    n.kill();
    if (plan_.off.no_vault) n.disk.records.clear();
    w_.after(w_.luck.between(second, minute), [&n] { n.start(); });
  }

  void fail_over() {
    const auto lag = may_forget() ? w_.luck.between(0, lag_max) : 0;
    const auto forgotten = redis_.data.fail_over(w_.now(), lag);
    ++faults_["failed over"];
    tell("failed over");
    faults_["entries forgotten"] += static_cast<int>(forgotten);
    ++redis_.term;
    for (auto& one : nodes_) one->lost_redis();
  }

  /// In the middle of everything: what has been in the ledger for a while is on every board that is
  /// well.
  void look_at_boards() {
    w_.after(2 * minute, [this] {
      if (over_) return;
      if (!redis_.down && !redis_.hung) compare_boards();
      look_at_boards();
    });
  }

  void compare_boards() {
    std::set<std::string> open;
    const auto& log = redis_.data.log();
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].has_case_opened() || log[i].has_reopened()) open.insert(log[i].case_id());
      if (log[i].has_closed()) open.erase(log[i].case_id());
    }
    const auto settled = redis_.data.settled_before(w_.now() - minute);
    for (std::size_t i = settled; i < log.size(); ++i) open.erase(log[i].case_id());
    for (const auto& n : nodes_) {
      if (!n->together() || w_.now() - n->well_since() < minute || n->disk.failing) continue;
      const auto shown = n->board();
      for (const auto& id : open)
        if (!shown.contains(id))
          wronged_.push_back(
              fmt::format("{} hid {} at {:.1f} s", n->name(), id, in_seconds(w_.now())));
    }
  }

  // --- The end ---------------------------------------------------------------------------------

  outcome judge() {
    outcome out;
    out.broken = broken_promises(redis_.data, told_);
    out.broken.insert(out.broken.end(), wronged_.begin(), wronged_.end());
    for (const auto& [ticket, p] : waiting_)
      if (!p->acknowledged)
        out.broken.push_back(fmt::format("signal {} was never acknowledged", p->id));
    check_boards(out.broken);
    out.faults = faults_;
    out.events = w_.happened();
    out.signals = told_.signals.size();
    out.commands = told_.commands.size();
    for (const auto& entry : redis_.data.log()) {
      out.merged += entry.merged_at_us() != 0 ? 1 : 0;
      out.fingerprint = out.fingerprint * 31 + alarm::tip_after(entry);
    }
    return out;
  }

  /// Every board shows what the ledger has open, with the owner the ledger says.
  void check_boards(std::vector<std::string>& broken) {
    std::map<std::string, std::string> open;
    for (const auto& entry : redis_.data.log()) {
      const auto& id = entry.case_id();
      if (entry.has_case_opened() || entry.has_reopened() || entry.has_released() ||
          entry.has_requeued())
        open[id] = "";
      if (entry.has_claimed() || entry.has_taken_over()) open[id] = entry.actor().user();
      if (entry.has_closed()) open.erase(id);
    }
    for (const auto& n : nodes_) {
      if (!n->serves()) {
        broken.push_back(n->name() + " does not serve");
        continue;
      }
      const auto shown = n->board();
      for (const auto& [id, owner] : open)
        if (!shown.contains(id))
          broken.push_back(fmt::format("{} hides {}", n->name(), id));
        else if (shown.at(id) != owner)
          broken.push_back(fmt::format("{} shows {} with {}, the ledger says {}", n->name(), id,
                                       shown.at(id), owner));
      for (const auto& [id, owner] : shown)
        if (!open.contains(id)) broken.push_back(fmt::format("{} still shows {}", n->name(), id));
    }
  }

  const plan plan_;
  world w_;
  redis_service redis_;
  core::acknowledgement policy_;
  std::vector<std::unique_ptr<sim_node>> nodes_;
  std::vector<std::unique_ptr<person>> operators_, responders_;
  std::map<std::uint64_t, std::shared_ptr<press>> waiting_;
  std::map<std::string, int> faults_;
  records told_;
  std::map<std::string, std::string> owners_;
  std::vector<std::string> wronged_;
  std::uint64_t tickets_ = 0, presses_ = 0;
  moment end_ = 0;
  bool over_ = false;
};

}  // namespace

outcome run(const plan& p) { return centre{p}.run(); }

}  // namespace varde::simulation
