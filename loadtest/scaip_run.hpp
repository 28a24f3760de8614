// A run over SCAIP on UDP: devices that send a MESSAGE with an <mrq>, take the 200, and wait for
// the centre's own MESSAGE with the <mrs>, which they answer. A signal is acknowledged when its
// <mrs> says snu 0.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "plan.hpp"

namespace varde::load {

/// Owned by one io_context's thread.
class scaip_run {
 public:
  scaip_run(boost::asio::io_context& io, const demo& where, const plan& what, tally& book);
  ~scaip_run();

  void open(std::function<void()> ready);
  /// Nothing here asks for a multiple of what the server can take.
  static void calibrate(const std::function<void()>& found) { found(); }
  /// Sends by the plan; `done` when every signal has a verdict, or none has come for the drain
  /// time.
  void send(std::function<void()> done);
  void close();

  [[nodiscard]] const findings& found() const noexcept;

 private:
  class driver;
  std::shared_ptr<driver> driver_;
};

}  // namespace varde::load
