// One request and the promise of its answer. A handler may answer at once or keep the exchange and
// answer later, from the web thread; an exchange that is dropped unanswered is answered 500, so no
// peer waits for ever.
#pragma once

#include <functional>
#include <memory>

#include "http/message.hpp"

namespace varde::http {

/// Lives on the web thread.
class exchange {
 public:
  using answerer = std::function<void(response)>;

  exchange(request in, answerer out) : in_{std::move(in)}, out_{std::move(out)} {}
  ~exchange();
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;

  [[nodiscard]] const request& in() const noexcept { return in_; }
  /// The first answer counts; later ones are dropped, as one that comes after the connection has
  /// gone.
  void answer(response out);
  [[nodiscard]] bool answered() const noexcept { return !out_; }

 private:
  request in_;
  answerer out_;
};

using exchange_pointer = std::shared_ptr<exchange>;

}  // namespace varde::http
