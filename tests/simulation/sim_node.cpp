// Delays, losses and the order in which a real connection would tell of them.
#include "simulation/sim_node.hpp"

#include <algorithm>

#include "core/vaulted_commit.hpp"

namespace varde::simulation {

namespace {

constexpr std::int64_t epoch_us = 1'800'000'000'000'000;
/// Entries that a tail reads again after a reconnect.
constexpr std::size_t tail_step_back = 200;
/// Coarser than a server's, so that an hour costs less: one tick, with a beat, each three seconds.
/// A node whose beat stands still for longer than two is not alive.
constexpr moment tick_every = 3 * second;
constexpr std::chrono::seconds alive_for{6};

base::error_code gone() {
  return boost::system::errc::make_error_code(boost::system::errc::not_connected);
}

}  // namespace

namespace {

constexpr int municipalities = 2;

/// Where power is lost, it may come back within the time that the first municipality waits; each
/// has its own power lines.
registry::v1::MunicipalitySet made_up_municipality(int number) {
  registry::v1::MunicipalitySet set;
  set.mutable_municipality()->set_id(municipality_of(number));
  for (int resident = number == 0 ? municipalities : number; resident <= residents;
       resident += municipalities) {
    const auto id = std::to_string(resident);
    set.add_residents()->set_id(id);
    auto& device = *set.add_devices();
    device.set_id("d" + id);
    device.set_protocol("scaip");
    device.set_wire_id("d" + id);
    device.set_kind("safety_alarm");
    device.set_state(registry::v1::DEVICE_STATE_INSTALLED);
    device.set_resident(id);
    device.add_depends_on("power:" + set.municipality().id());
  }
  if (number != 0) return set;
  auto& rule = *set.mutable_policy()->add_rules();
  rule.set_id("power-back-soon");
  rule.set_reason("Power is often back within a minute");
  rule.set_own(true);
  rule.mutable_match()->add_kinds(alarm::v1::KIND_MAINS);
  rule.mutable_hold()->set_wait_s(45);
  return set;
}

}  // namespace

sim_node::sim_node(world& w, redis_service& redis, const mutations& off, std::string name,
                   core::acknowledgement policy, std::int64_t clock_error, answered on_answer)
    : w_(w),
      redis_(redis),
      off_(off),
      name_(std::move(name)),
      policy_(policy),
      clock_error_(clock_error),
      answered_(std::move(on_answer)) {
  for (int i = 0; i < municipalities; ++i) directory_.replace(made_up_municipality(i));
}

sim_node::~sim_node() = default;

base::steady_time sim_node::steady() const {
  return base::steady_time{std::chrono::microseconds{w_.now() + hour}};
}
base::wall_time sim_node::wall() const { return base::from_us(epoch_us + w_.now() + clock_error_); }

void sim_node::post(moment delay, std::function<void()> what) {
  w_.after(delay, [this, life = life_, what = std::move(what)]() mutable {
    if (life != life_) return;
    if (frozen())
      post(thaws_ - w_.now(), std::move(what));
    else
      what();
  });
}

// --- Life and death ------------------------------------------------------------------------------

void sim_node::start() {
  ++life_;
  opened_ = connected_ = following_ = ticking_ = appending_ = false;
  metrics_ = std::make_unique<base::metrics>();
  core::engine_options options;
  options.node = name_;
  options.policy = policy_;
  options.wall = [this] { return wall(); };
  options.steady = [this] { return steady(); };
  options.room_again = [this] {
    // After an instant, so that a freeze can come in between.
    if (opened_) post(10, [this] { engine_->flush(); });
  };
  engine_ = std::make_unique<core::engine>(std::move(options), *this, *this, directory_, *metrics_);
  engine_->set_sinks({this});
  connect_soon();
}

void sim_node::kill() {
  ++life_;
  ++link_;
  on_disconnect_.clear();
  connected_ = opened_ = false;
  engine_.reset();
  thaws_ = 0;
  redis_.data.presences.erase(name_);
}

void sim_node::freeze(moment how_long) { thaws_ = w_.now() + how_long; }

void sim_node::cut_off(bool cut) {
  cut_ = cut;
  if (cut && connected_) post(w_.luck.between(0, 2 * second), [this] { disconnect(); });
}

void sim_node::lost_redis() {
  if (connected_) post(w_.luck.between(0, 50 * millisecond), [this] { disconnect(); });
}

void sim_node::connect_soon() {
  post(w_.luck.between(50 * millisecond, second), [this] {
    if (connected_) return;
    if (cut_ || redis_.down || redis_.hung) return connect_soon();
    connected_ = true;
    connected_since_ = w_.now();
    ++link_;
    if (!opened_) {
      for (const auto& entry : redis_.data.log()) engine_->follow(entry);
      followed_ = redis_.data.log().size();
      engine_->ledger_reachable(true);
      if (!engine_->restored()) return disconnect();
      opened_ = true;
      engine_->open();
    } else {
      followed_ = std::min(followed_, redis_.data.log().size());
      followed_ -= std::min(followed_, tail_step_back);
      engine_->ledger_reachable(true);
    }
    follow_soon();
    if (!ticking_) {
      ticking_ = true;
      tick();
    }
  });
}

void sim_node::disconnect() {
  if (!connected_) return;
  connected_ = false;
  ++link_;
  // What was under way is answered before the listeners hear that it ended, as the real one does.
  for (auto& tell : std::exchange(on_disconnect_, {})) tell();
  if (!engine_) return;
  engine_->ledger_reachable(false);
  connect_soon();
}

void sim_node::give_up() {
  post(0, [this] { disconnect(); });
}

// --- The ledger ----------------------------------------------------------------------------------

void sim_node::submit(const std::vector<ledger::commit>& commits,
                      std::function<void(std::vector<ledger::commit_result>)> done) {
  if (!connected_)
    return post(0, [n = commits.size(), done = std::move(done)] {
      done(std::vector<ledger::commit_result>(n));
    });
  const auto open = std::make_shared<bool>(true);
  const auto tell = std::make_shared<decltype(done)>(std::move(done));
  on_disconnect_.push_back([open, tell, n = commits.size()] {
    if (std::exchange(*open, false)) (*tell)(std::vector<ledger::commit_result>(n));
  });
  if (on_disconnect_.size() > 64) on_disconnect_.pop_front();
  const auto arrives = [this, commits, open, tell, life = life_, link = link_,
                        term = redis_.term](auto self) -> void {
    // What was sent may arrive though its sender is gone; never at another master.
    if (redis_.term != term || redis_.down || (life != life_ && w_.luck.percent(50))) return;
    if (redis_.hung) return w_.after(second, [self] { self(self); });
    std::vector<ledger::commit_result> results;
    // A request may be carried out twice on its way, and the second answer be the one that comes.
    for (int times = w_.luck.percent(2) ? 2 : 1; times > 0; --times) {
      results.clear();
      for (const auto& c : commits) results.push_back(redis_.data.commit(c, w_.now()));
    }
    if (life != life_ || link != link_) return;
    if (cut_) return;
    post(w_.luck.between(100, 3 * millisecond), [this, open, tell, link, results] {
      if (link == link_ && std::exchange(*open, false)) (*tell)(results);
    });
  };
  w_.after(w_.luck.between(50, millisecond), [arrives] { arrives(arrives); });
  follow_soon();
}

void sim_node::read_subject(const std::string& municipality, const std::string& subject,
                            std::uint64_t from,
                            std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) {
  // While restoring, everything is at hand.
  if (connected_ && !opened_) return done(redis_.data.read(municipality, subject, from));
  if (!connected_) return post(0, [done = std::move(done)] { done(gone()); });
  const auto open = std::make_shared<bool>(true);
  const auto tell = std::make_shared<decltype(done)>(std::move(done));
  on_disconnect_.push_back([open, tell] {
    if (std::exchange(*open, false)) (*tell)(gone());
  });
  post(w_.luck.between(100, 4 * millisecond),
       [this, municipality, subject, from, open, tell, link = link_] {
         if (link != link_ || cut_ || redis_.hung || redis_.down) return;
         if (std::exchange(*open, false)) (*tell)(redis_.data.read(municipality, subject, from));
       });
}

void sim_node::follow_soon() {
  if (following_) return;
  following_ = true;
  post(w_.luck.between(5 * millisecond, 120 * millisecond), [this] {
    following_ = false;
    if (!connected_ || cut_ || redis_.hung || redis_.down) return;
    const auto& log = redis_.data.log();
    followed_ = std::min(followed_, log.size());
    while (followed_ < log.size()) engine_->follow(log[followed_++]);
  });
}

// --- The disk ------------------------------------------------------------------------------------

void sim_node::append(const std::vector<ledger::commit>& commits,
                      std::vector<core::vault_sequence> withdrawn,
                      std::function<void(base::result<core::vault_sequence>)> done) {
  const auto takes = w_.luck.between(disk.write_time / 2, disk.write_time * 2);
  post(takes, [this, commits, withdrawn = std::move(withdrawn), done = std::move(done)] {
    if (disk.failing) {
      done(boost::system::errc::make_error_code(boost::system::errc::io_error));
      return;
    }
    auto& records = disk.records;
    if (commits.empty() || !withdrawn.empty())
      records.push_back(test::only_withdrawing(records.size() + 1, withdrawn));
    for (const auto& c : commits) records.push_back(test::to_vaulted(records.size() + 1, c));
    done(records.size());
  });
}

void sim_node::read(core::vault_sequence from, std::size_t most,
                    std::function<void(base::result<std::vector<core::vaulted>>)> done) {
  post(millisecond, [this, from, most, done = std::move(done)] {
    std::vector<core::vaulted> page;
    if (!off_.no_recommit && !off_.no_vault)
      for (auto i = from - 1; i < disk.records.size() && page.size() < most; ++i)
        page.push_back(disk.records[i]);
    done(std::move(page));
  });
}

// --- Time and the others
// ---------------------------------------------------------------------------

void sim_node::tick() {
  // A quiet node has nothing that falls due: its ticks are spared, and it only says that it lives.
  const bool busy = has_work() || !connected_;
  if (busy && opened_) {
    const auto room = engine_->room();
    engine_->tick();
    engine_->pulse();
    if (freeze_when_due_ != 0 && engine_->room() < room) freeze(std::exchange(freeze_when_due_, 0));
  }
  if (connected_ && followed_ != redis_.data.log().size()) follow_soon();
  beat();
  post(tick_every, [this] { tick(); });
}

void sim_node::beat() {
  if (!connected_ || cut_ || redis_.hung || redis_.down || !opened_) return;
  auto& ours = redis_.data.presences[name_];
  ours.beat = ++beat_ + 1'000'000 * life_;
  core::neighbourhood known;
  for (const auto& [name, said] : redis_.data.presences) {
    if (name == name_) continue;
    auto& held = beats_[name];
    if (held.first != said.beat) held = {said.beat, steady()};
    known[name] = {steady() - held.second < alive_for, said.users};
  }
  engine_->neighbours(known);
}

// --- People and devices
// ----------------------------------------------------------------------------

void sim_node::signal(alarm::admission admission) {
  auto moved = std::make_shared<alarm::admission>(std::move(admission));
  post(w_.luck.between(100, 2 * millisecond), [this, moved] {
    if (!opened_) return;
    moved->received = steady();
    moved->signal.set_received_at_us(base::to_us(wall()));
    // The lanes: what the engine has no room for waits there.
    if (engine_->room() == 0 && engine_->stalled()) return;
    engine_->admit(std::move(*moved));
    engine_->flush();
  });
}

void sim_node::command(alarm::v1::Command command, core::command_answer done) {
  post(millisecond, [this, command = std::move(command), done = std::move(done)]() mutable {
    if (!opened_) return;
    engine_->submit(std::move(command), std::move(done));
    engine_->flush();
  });
}

void sim_node::take_next(board::next_request request, core::command_answer done) {
  post(millisecond, [this, request = std::move(request), done = std::move(done)]() mutable {
    if (!opened_) return;
    engine_->take_next(std::move(request), std::move(done));
    engine_->flush();
  });
}

void sim_node::presence(const std::string& user) {
  if (!opened_ || frozen()) return;
  engine_->presence(user);
  if (!connected_ || cut_) return;
  auto& users = redis_.data.presences[name_].users;
  if (std::ranges::find(users, user) == users.end()) users.push_back(user);
}

void sim_node::deliver(std::span<const alarm::admission_answer> answers) {
  for (const auto& a : answers)
    w_.after(w_.luck.between(100, 2 * millisecond), [this, a] { answered_(a.ticket, a.outcome); });
}

std::map<std::string, std::string> sim_node::board() const {
  std::map<std::string, std::string> out;
  for (const auto& c : engine_->view().open_cases())
    out[c->id()] = c->has_owner() ? c->owner().user() : "";
  return out;
}

}  // namespace varde::simulation
