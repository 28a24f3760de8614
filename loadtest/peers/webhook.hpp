// Where Alertmanager delivers: takes its POSTs on the loopback, answers 200 and hands each body on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace varde::load {

class webhook {
 public:
  /// Listens on 127.0.0.1:`port`; throws std::runtime_error if that can't be. `on_body` is called
  /// on the io_context's thread with a body that is good until it returns.
  webhook(boost::asio::io_context& io, std::uint16_t port,
          std::function<void(std::string_view)> on_body);
  ~webhook();
  void close();

 private:
  struct inside;
  std::shared_ptr<inside> inside_;
};

}  // namespace varde::load
