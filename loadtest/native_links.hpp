// The connections of a native run: which device each one is, how they are opened a few at a time,
// what becomes of those that fail, and how all of a stream are cut and come back. What is said on
// them is native_run's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu_watch.hpp"
#include "plan.hpp"
#include "tls_client.hpp"
#include "varde/device/v1/device.pb.h"
#include "wire/native.hpp"

namespace varde::load {

/// One connection, of one device.
struct native_link {
  std::size_t stream = 0;
  std::size_t told = 0;    // in the demo's list
  std::size_t device = 0;  // in the tally
  std::shared_ptr<tls_client> client;
  wire::native_framer framer;
  unsigned attempts = 0;
  bool welcomed = false;
  bool gone = false;
  bool dirty = false;  // has something to flush
  std::size_t in_flight = 0;
  std::size_t window = 0;
  std::deque<clock::time_point> beats;  // intended moments of heartbeats without an answer
  clock::time_point cut_at;             // when it was cut on purpose and not welcomed again
};

/// For each stream the device of each of its connections, by places in the demo's list. They are
/// dealt out one after the other, so that no two streams share one as long as there are enough;
/// with fewer, several connections are of one device. Throws std::runtime_error if the demo has
/// none for a stream.
[[nodiscard]] std::vector<std::vector<std::size_t>> deal_devices(
    const demo& where, const std::vector<stream>& streams);

/// Owned by one io_context's thread, which must not run on after it.
class native_links {
 public:
  struct events {
    std::function<void()> on_all_welcomed;
    /// One that was cut on purpose is welcome again.
    std::function<void()> on_reopened;
    std::function<void(native_link&, const device::v1::Acknowledge&)> on_acknowledge;
    std::function<void(native_link&)> on_heartbeat;
    /// What came in one go has been handed out.
    std::function<void(native_link&)> on_read;
  };

  /// `where`, `streams`, `book` and `found` outlive it. Throws std::runtime_error if the demo has
  /// no device for a stream.
  native_links(boost::asio::io_context& io, const demo& where, const plan& what,
               const std::vector<stream>& streams, tally& book, findings& found, events handlers);

  /// Opens all. Throws std::runtime_error later out of io.run() if one can't be opened.
  void open();
  /// All of one stream at once, as when a network comes back.
  void cut(std::size_t stream);
  /// All of one stream for good; what the kernel still holds of them is thrown away.
  void abort(std::size_t stream);
  void close();

  /// Queues a message; it leaves with the next flush().
  void put(native_link& to, const device::v1::FromDevice& message);
  void flush();

  /// Round robin over the stream's connections that are left; nullptr if none is.
  [[nodiscard]] native_link* next(std::size_t stream);
  [[nodiscard]] std::vector<native_link>& all() noexcept { return links_; }
  /// No one that was cut on purpose is still away.
  [[nodiscard]] bool all_back() const;

 private:
  [[nodiscard]] const demo_device& device_of(std::size_t i) const;
  [[nodiscard]] ssl_context context_for(const demo_device& one);
  void open_next();
  void connect(std::size_t i);
  void retry_later(std::size_t i);
  void say_hello(std::size_t i);
  void receive(std::size_t i, std::string_view bytes);
  void take(std::size_t i, const device::v1::FromCentre& message);
  void welcome(native_link& one, std::size_t window);
  void lose(std::size_t i, const std::string& why);
  void return_next();
  void reopened(native_link& one);

  boost::asio::io_context& io_;
  const demo& where_;
  const target to_;
  const int server_pid_;
  const std::vector<stream>& streams_;
  tally& book_;
  findings& found_;
  events handlers_;
  std::map<std::string, ssl_context> contexts_;
  std::vector<native_link> links_;
  std::vector<std::vector<std::size_t>> of_stream_;  // places in links_
  std::vector<std::size_t> turns_;                   // of each stream
  std::vector<native_link*> dirty_;
  std::string scratch_;
  std::size_t opened_ = 0, welcomed_ = 0;
  std::size_t away_ = 0;                       // cut on purpose and not welcomed again
  std::deque<std::size_t> waiting_to_return_;  // places of those
  std::optional<cpu_watch> storm_cpu_;
  bool closing_ = false;
};

}  // namespace varde::load
