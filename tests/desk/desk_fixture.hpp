// The whole desk behind a real server, for its tests.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "desk/desk.hpp"
#include "desk/front_door.hpp"
#include "support/centre_fixture.hpp"
#include "support/schema_check.hpp"

namespace varde::test {

class desk_fixture : public ::testing::Test {
 protected:
  void start() {
    door = std::make_unique<desk::front_door>(centre.accounts, centre.directory,
                                              centre.server().origins(), centre.audit,
                                              desk::page_options{});
    door->add_routes(centre.server().routes());
    the_desk = std::make_unique<desk::desk>(desk::desk_parts{
        centre.web, centre.server().routes(), *door, centre.gateway, centre.watch, centre.directory,
        centre.accounts, centre.audit, centre.metrics,
        [this](const std::string& municipality, const std::string& subject, std::uint64_t from,
               std::uint64_t to, const desk::history_handler& done) {
          asked_history.push_back(municipality + " " + subject + " " + std::to_string(from) + " " +
                                  std::to_string(to));
          if (history_answers) done(history);
        },
        [](const http::request&, const registry::session_holder&) {
          http::upgrade_verdict verdict;
          verdict.on_open = [](const http::websocket_pointer& socket) {
            socket->send(std::make_shared<const std::string>("responder"));
          };
          return verdict;
        },
        [this](registry::thing_number number) {
          const auto at = heard_s.find(number);
          return at == heard_s.end() ? 0 : at->second;
        }});
    ASSERT_TRUE(centre.start());
  }
  void TearDown() override { centre.stop(); }

  /// Puts cases on the board and waits until the web thread has them.
  void publish(const std::vector<alarm::v1::Case>& cases) {
    std::vector<std::shared_ptr<const alarm::v1::Case>> list;
    for (const auto& c : cases) list.push_back(shared(c));
    centre.gateway.publish(std::move(list));
    centre.on_web_thread([] {});
  }
  static std::string code_of(const raw_response& r) {
    const auto parsed = boost::json::parse(r.body.empty() ? "{}" : r.body);
    const auto* code = parsed.as_object().if_contains("code");
    return code ? std::string{code->as_string()} : std::string{};
  }

  centre_fixture centre;
  std::unique_ptr<desk::front_door> door;
  std::unique_ptr<desk::desk> the_desk;
  base::result<std::vector<alarm::v1::Entry>> history = std::vector<alarm::v1::Entry>{};
  bool history_answers = true;                              // false: the ledger keeps silent
  std::vector<std::string> asked_history;                   // web thread
  std::map<registry::thing_number, std::uint32_t> heard_s;  // before the request that asks
  schema_check schema{VARDE_SOURCE_DIR "/docs/openapi.json"};
};

}  // namespace varde::test
