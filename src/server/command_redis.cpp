// A private server that nobody runs is started for the command's time.
#include "server/command_redis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "server/serve_command.hpp"

namespace varde::server {

namespace fs = std::filesystem;

std::string command_redis::open(const redis_choice& choice, use how) {
  if (!choice.embedded) return redis_of_command(choice.url, choice.config_file, where_);
  if (choice.data.empty()) return "--embedded needs --data DIR, where everything is kept.";
  const auto home = fs::absolute(choice.data) / "redis";
  std::error_code ignored;
  if (how != use::alone_at_new && !fs::is_directory(home, ignored))
    return fmt::format("{} holds no data of an embedded server.", choice.data);
  auto started = redis::server_process::start(choice.data);
  if (started) {
    own_ = std::move(*started);
    where_ = own_->where();
    return {};
  }
  const auto socket = home / "redis.sock";
  if (how != use::beside_nodes || !fs::exists(socket, ignored)) return started.error().sentence;
  where_ = redis::endpoint{.unix_path = socket.string()};
  return {};
}

base::result<std::vector<std::string>> keys_like(blocking_store& store,
                                                 const std::string& pattern) {
  constexpr const char* keys_a_turn = "1000";
  std::vector<std::string> keys;
  std::string cursor = "0";
  do {
    const auto page = store.ask({"SCAN", cursor, "MATCH", pattern, "COUNT", keys_a_turn});
    if (!page) return page.error();
    if (page->elements.size() != 2)
      return registry::make_error_code(registry::error::store_damaged);
    cursor = page->elements[0].text;
    for (const auto& key : page->elements[1].elements) keys.push_back(key.text);
  } while (cursor != "0");
  std::ranges::sort(keys);
  // A key may come twice while Redis moves its table.
  const auto repeated = std::ranges::unique(keys);
  keys.erase(repeated.begin(), repeated.end());
  return keys;
}

}  // namespace varde::server
