// SIP over UDP on one edge thread: datagrams in and out in batches, a system call for many. What
// can't be sent is dropped at a bound, since the other side repeats.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edge/reactor.hpp"
#include "edge/scaip_service.hpp"
#include "edge/service.hpp"
#include "edge/sockets.hpp"

namespace varde::edge {

/// Used on its edge thread only.
class datagram_socket final : public service, private watched {
 public:
  datagram_socket(edge_thread& home, descriptor bound, std::shared_ptr<scaip_service> service);
  ~datagram_socket() override;

  void start();
  /// Queues one; it goes at the end of this turn of the thread.
  void send(const wire::outgoing& one);

  void flush() override;
  void drain() override;
  [[nodiscard]] bool is_drained() const override { return queue_.empty(); }
  void end() override;

 private:
  struct batch_buffers;
  struct queued {
    socket_address to;
    std::string bytes;
  };

  void on_ready() override;
  void wait();
  std::size_t receive_batch();

  edge_thread& home_;
  descriptor socket_;
  std::shared_ptr<scaip_service> service_;
  std::unique_ptr<batch_buffers> buffers_;
  std::vector<queued> queue_;
  int family_;
  bool is_full_ = false;  // the kernel takes no more for now
  bool draining_ = false;
};

}  // namespace varde::edge
