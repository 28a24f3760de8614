// A connection without TLS, over TCP on the loopback or over a Unix socket, as the peers are spoken
// to that Varde is compared with.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>

#include "byte_client.hpp"

namespace varde::load {

class plain_client : public byte_client, public std::enable_shared_from_this<plain_client> {
 public:
  plain_client(boost::asio::io_context& io, events handlers);

  void connect(const boost::asio::generic::stream_protocol::endpoint& to);
  void flush() override;
  void close() override;

 private:
  void read();
  void fail(const std::string& why);

  boost::asio::generic::stream_protocol::socket socket_;
  bool ready_ = false;
  bool closed_ = false;
  bool write_waits_ = false;
};

}  // namespace varde::load
