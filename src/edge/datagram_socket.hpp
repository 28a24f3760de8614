// SIP over UDP on one edge thread: datagrams in and out in batches, a system call for many. What
// can't be sent is dropped at a bound, since the other side repeats.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "edge/scaip_service.hpp"
#include "edge/service.hpp"
#include "edge/sockets.hpp"

namespace varde::edge {

/// Used on its edge thread only.
class datagram_socket final : public service, public std::enable_shared_from_this<datagram_socket> {
 public:
  datagram_socket(edge_thread& home, descriptor bound, std::shared_ptr<scaip_service> service);
  ~datagram_socket() override;

  void start();
  /// Queues one; it goes at the end of this turn of the thread.
  void send(const wire::outgoing& one);

  void flush() override;
  void drain() override { draining_ = true; }
  [[nodiscard]] bool is_drained() const override { return queue_.empty(); }
  void end() override { socket_.close(); }

 private:
  struct batch_buffers;
  struct queued {
    socket_address to;
    std::string bytes;
  };

  void wait_readable();
  void wait_writable();
  void receive_turn();
  std::size_t receive_batch();

  edge_thread& home_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> socket_;
  std::shared_ptr<scaip_service> service_;
  std::unique_ptr<batch_buffers> buffers_;
  std::vector<queued> queue_;
  int family_;
  bool write_armed_ = false;
  bool draining_ = false;
};

}  // namespace varde::edge
