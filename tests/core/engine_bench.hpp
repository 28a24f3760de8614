// One engine on a model ledger and a model vault, with a clock that only the test moves, and what
// its devices and operators get to hear.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "core/model_ledger.hpp"
#include "core/model_vault.hpp"
#include "triage/signals.hpp"

namespace varde::test {

struct mailbox final : alarm::answer_sink {
  void deliver(std::span<const alarm::admission_answer> answers) override {
    for (const auto& a : answers)
      (a.outcome == alarm::verdict::received ? tickets : busy).push_back(a.ticket);
  }
  std::vector<std::uint64_t> tickets, busy;
};

/// One engine on one ledger, with a clock that only the test moves.
struct node {
  explicit node(model_ledger& on, std::string name = "node-a", core::engine_options options = {}) {
    options.node = std::move(name);
    options.wall = [this] { return base::from_us(start_us + elapsed_s * second_us); };
    options.steady = [this] { return base::steady_time{std::chrono::seconds{1000 + elapsed_s}}; };
    options.room_again = [this] { engine->flush(); };
    engine = std::make_unique<core::engine>(std::move(options), on, vault, directory, metrics);
    registry::v1::MunicipalitySet set;
    set.mutable_municipality()->set_id("9901");
    directory.replace(set);
    engine->set_sinks({&box});
    engine->ledger_reachable(true);
    engine->subscribe([this](auto batch) {
      for (const auto& change : *batch) published.push_back(change.now);
    });
  }

  void signal(const std::string& id, std::uint64_t ticket, std::string resident = "1",
              std::uint32_t type = 4) {
    alarm::admission a;
    a.signal = ::varde::test::signal(id, type);
    a.municipality = alarm::municipality_id{"9901"};
    a.subject = alarm::resident_subject(resident);
    a.known_device = true;
    a.lane = type == 14 ? alarm::v1::LANE_CARE : alarm::v1::LANE_LIFE;
    a.reply = {0, ticket};
    a.received = base::steady_time{std::chrono::seconds{1000 + elapsed_s}};
    engine->admit(std::move(a));
    engine->flush();
  }

  board::command_result next(const std::string& user, const std::string& key = "k") {
    board::command_result result;
    engine->take_next({key, {"9901"}, operator_named(user), ""},
                      [&](board::command_result r) { result = std::move(r); });
    engine->flush();
    return result;
  }

  board::command_result command(const std::string& user, const std::string& case_id,
                                const std::function<void(alarm::v1::Command&)>& fill,
                                const std::string& key = "c") {
    board::command_result result;
    alarm::v1::Command c;
    c.set_id(key);
    const auto place = alarm::locate(case_id);
    c.set_municipality(place->municipality.str());
    c.set_subject(place->subject.str());
    c.set_case_id(case_id);
    *c.mutable_actor() = operator_named(user);
    fill(c);
    engine->submit(std::move(c), [&](board::command_result r) { result = std::move(r); });
    engine->flush();
    return result;
  }

  /// Lets seconds go by, with a tick and a pulse in each.
  void pass(
      int seconds, const std::function<void()>& each = [] {}) {
    for (int i = 0; i < seconds; ++i) {
      ++elapsed_s;
      each();
      engine->tick();
      engine->pulse();
    }
  }

  board::command_result claim(const std::string& user, const std::string& case_id) {
    return command(user, case_id, [](auto& c) { c.mutable_claim(); });
  }

  registry::directory directory;
  base::metrics metrics;
  mailbox box;
  std::vector<board::case_pointer> published;
  std::int64_t elapsed_s = 0;
  model_vault vault;
  std::unique_ptr<core::engine> engine;
};

}  // namespace varde::test
