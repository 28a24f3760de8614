// HSET, HMGET and HSCAN; what can't be read as a time counts as never.
#include "supervision/redis_seen_store.hpp"

#include <charconv>

#include "redis/connection.hpp"

namespace varde::supervision {

namespace {

/// Fields that one step of the scan should bring.
constexpr const char* page_size = "1000";

std::uint32_t time_in(const redis::reply& value) {
  std::uint32_t s = 0;
  std::from_chars(value.text.data(), value.text.data() + value.text.size(), s);
  return s;
}

std::vector<std::string_view> command(std::string_view verb, std::string_view key,
                                      std::span<const std::string_view> rest) {
  std::vector<std::string_view> words;
  words.reserve(2 + rest.size());
  words = {verb, key};
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

}  // namespace

struct redis_seen_store::reading {
  std::string key;
  std::function<void(const page&)> take;
  std::function<void(bool)> done;
};

std::string seen_key(std::string_view municipality) {
  return std::string{"v:{"}.append(municipality).append("}:seen");
}

bool redis_seen_store::reachable() const { return connection_.connected(); }

void redis_seen_store::write(const std::string& municipality,
                             std::span<const std::string_view> heard,
                             std::function<void(bool)> done) {
  const auto key = seen_key(municipality);
  const auto words = command("HSET", key, heard);
  connection_.send(std::span{words},
                   [done = std::move(done)](const base::result<redis::reply>& answer) {
                     done(answer.has_value());
                   });
}

void redis_seen_store::ask(const std::string& municipality, std::span<const std::string_view> names,
                           std::function<void(base::result<times>)> done) {
  const auto key = seen_key(municipality);
  const auto words = command("HMGET", key, names);
  connection_.send(std::span{words},
                   [done = std::move(done)](const base::result<redis::reply>& answer) {
                     if (!answer) return done(answer.error());
                     times found;
                     found.reserve(answer->elements.size());
                     for (const auto& value : answer->elements) found.push_back(time_in(value));
                     done(std::move(found));
                   });
}

void redis_seen_store::read_all(const std::string& municipality,
                                std::function<void(const page&)> take,
                                std::function<void(bool)> done) {
  auto all =
      std::make_shared<reading>(reading{seen_key(municipality), std::move(take), std::move(done)});
  read_page(std::move(all), "0");
}

void redis_seen_store::read_page(std::shared_ptr<reading> all, std::string cursor) {
  const redis::arguments scan{"HSCAN", all->key, cursor, "COUNT", page_size};
  connection_.send(scan, [this, all](const base::result<redis::reply>& answer) {
    if (!answer || answer->elements.size() != 2) return all->done(false);
    const auto& found = answer->elements[1].elements;
    page some;
    some.reserve(found.size() / 2);
    for (std::size_t i = 0; i + 1 < found.size(); i += 2)
      some.emplace_back(found[i].text, time_in(found[i + 1]));
    all->take(some);
    const auto& next = answer->elements[0].text;
    if (next == "0") return all->done(true);
    read_page(all, next);
  });
}

}  // namespace varde::supervision
