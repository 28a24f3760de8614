// The nodes' shared hash in memory; answers come when the test says so, and it can be away.
#pragma once

#include <deque>
#include <map>

#include "supervision/seen_store.hpp"

namespace varde::test {

struct shared_times {
  std::map<std::string, std::map<std::string, std::uint32_t>> by_municipality;
  bool away = false;
};

class model_store final : public supervision::seen_store {
 public:
  explicit model_store(shared_times& in) : in_(in) {}

  [[nodiscard]] bool reachable() const override { return !in_.away; }
  void write(const std::string& municipality, std::span<const std::string_view> heard,
             std::function<void(bool)> done) override {
    ++writes;
    for (std::size_t i = 0; !in_.away && i + 1 < heard.size(); i += 2) {
      ++written;
      in_.by_municipality[municipality][std::string{heard[i]}] =
          static_cast<std::uint32_t>(std::stoul(std::string{heard[i + 1]}));
    }
    waiting_.push_back([done = std::move(done), ok = !in_.away] { done(ok); });
  }
  void ask(const std::string& municipality, std::span<const std::string_view> names,
           std::function<void(base::result<times>)> done) override {
    ++questions;
    times found;
    for (const auto name : names) {
      const auto& known = in_.by_municipality[municipality];
      const auto at = known.find(std::string{name});
      found.push_back(at == known.end() ? 0 : at->second);
    }
    waiting_.push_back([this, done = std::move(done), found = std::move(found)] {
      if (in_.away)
        done(make_error_code(boost::system::errc::not_connected));
      else
        done(found);
    });
  }
  void read_all(const std::string& municipality, std::function<void(const page&)> take,
                std::function<void(bool)> done) override {
    waiting_.push_back([this, municipality, take = std::move(take), done = std::move(done)] {
      if (in_.away) return done(false);
      const auto& known = in_.by_municipality[municipality];
      take(page(known.begin(), known.end()));
      done(true);
    });
  }

  void answer() {
    for (; !waiting_.empty(); waiting_.pop_front()) waiting_.front()();
  }

  std::size_t writes = 0, written = 0, questions = 0;

 private:
  shared_times& in_;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace varde::test
