// XRANGE with an exclusive start gives the next page; a page that is not full is the last.
#include "ledger/pages.hpp"

#include <memory>
#include <utility>

#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "ledger/read.hpp"
#include "redis/connection.hpp"

namespace varde::ledger {

namespace {

struct walking {
  redis::connection& connection;
  const std::string key;
  position last;
  const std::function<void(const stream_element&)> each;
  const std::function<void(base::result<position>)> done;
};

void take_page(const std::shared_ptr<walking>& walk, const base::result<redis::reply>& page);

void ask_for_page(const std::shared_ptr<walking>& walk) {
  walk->connection.send({"XRANGE", walk->key, "(" + to_string(walk->last), "+", "COUNT",
                         std::to_string(page_elements_max)},
                        [walk](const base::result<redis::reply>& page) { take_page(walk, page); });
}

void take_page(const std::shared_ptr<walking>& walk, const base::result<redis::reply>& page) {
  if (!page) return walk->done(page.error());
  for (const auto& element : page->elements) {
    const auto found = to_stream_element(element);
    if (!found) return walk->done(errc::unexpected_reply);
    walk->last = found->at;
    walk->each(*found);
  }
  if (page->elements.size() < page_elements_max) return walk->done(walk->last);
  ask_for_page(walk);
}

}  // namespace

void walk(redis::connection& connection, const std::string& municipality, position from,
          std::function<void(const stream_element&)> each,
          std::function<void(base::result<position>)> done) {
  ask_for_page(std::make_shared<walking>(
      walking{connection, ledger_key(municipality), from, std::move(each), std::move(done)}));
}

}  // namespace varde::ledger
