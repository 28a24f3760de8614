// A node of an older version, as far as the ledger knows it: its function library, kept as it was.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "base/hash.hpp"
#include "ledger/keys.hpp"
#include "ledger/ledger_fixture.hpp"

namespace varde::test {

class older_node {
 public:
  /// Loads the library of that number, 1 to 3.
  older_node(boost::asio::io_context& io, redis::connection& connection, std::string municipality,
             int number)
      : io_(io), connection_(connection), municipality_(std::move(municipality)), number_(number) {
    std::ifstream file(VARDE_SOURCE_DIR "/tests/ledger/ledger_v" + std::to_string(number) + ".lua");
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(ask(io_, connection_, {"FUNCTION", "LOAD", "REPLACE", text.str()}));
  }

  /// Appends one note: 1 if it was committed and 0 if it was stale, or why the function failed.
  base::result<std::int64_t> commit(const std::string& subject, std::uint64_t version) {
    return commit(note_of(municipality_, subject, version + 1));
  }
  base::result<std::int64_t> commit(const alarm::v1::Entry& of) {
    const auto entry = of.SerializeAsString();
    redis::arguments command{"FCALL",
                             "varde_commit_v" + std::to_string(number_),
                             "3",
                             ledger::ledger_key(municipality_),
                             ledger::old_chain_key(municipality_),
                             ledger::old_list_key(municipality_, of.subject())};
    const auto head = std::to_string(of.version() - 1);
    if (number_ == 1) command.insert(command.end(), {head, "1", entry});
    if (number_ == 2) command.insert(command.end(), {head, "0", "0", "1", entry});
    if (number_ == 3) {
      const auto digest = base::sha1(entry);
      command.insert(command.end(), {{digest.begin(), digest.end()}, head, entry});
    }
    const auto answer = ask(io_, connection_, command);
    if (!answer) return answer.error();
    return answer->elements.at(0).integer;
  }

 private:
  boost::asio::io_context& io_;
  redis::connection& connection_;
  std::string municipality_;
  int number_;
};

}  // namespace varde::test
