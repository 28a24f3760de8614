// A run over the native protocol: many TLS connections, each a device that says hello and then
// sends safety alarms.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "plan.hpp"
#include "tls_client.hpp"

namespace varde::load {

/// Owned by one io_context's thread.
class native_run {
 public:
  native_run(boost::asio::io_context& io, const demo& where, const plan& what, tally& book);
  ~native_run();

  /// Opens every connection and says hello on each; `ready` when all were welcomed. Throws
  /// std::runtime_error later out of io.run() if a connection can't be opened.
  void open(std::function<void()> ready);
  /// Finds out what the server can take, if a stream asks for a multiple of it.
  void calibrate(std::function<void()> found);
  /// Sends by the plan; `done` when every signal has a verdict, or none has come for the drain
  /// time. Streams that flood are waited for two seconds at most; then their connections are gone,
  /// and what has no verdict by then gets none.
  void send(std::function<void()> done);
  void close();

  [[nodiscard]] const findings& found() const noexcept;

 private:
  class driver;
  std::shared_ptr<driver> driver_;
};

}  // namespace varde::load
