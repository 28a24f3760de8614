// A console that reads all it is sent and looks at none of it. Two hundred of them share one core
// with the generator, so each frame may cost it a decryption and little else; what a frame says is
// the watcher's to read.
#pragma once

#include <memory>
#include <string>

#include "frame_counter.hpp"
#include "tls_client.hpp"

namespace varde::load {

/// One io_context's thread.
class light_console : public std::enable_shared_from_this<light_console> {
 public:
  light_console(boost::asio::io_context& io, ssl_context context);

  /// Asks for the live feed at `path` with this session's cookie.
  void open(const target& to, const std::string& path, const std::string& cookie);
  /// Says that it is here, which also keeps the server from asking.
  void say_here();
  void close();

  [[nodiscard]] bool is_open() const noexcept { return open_; }
  /// Why it never opened or has ended; empty if neither. A console that was closed has not.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  [[nodiscard]] const frame_counter& read() const noexcept { return counter_; }

 private:
  void take(std::string_view bytes);

  boost::asio::io_context& io_;
  ssl_context context_;
  std::shared_ptr<tls_client> client_;
  std::string head_;  // of the answer, until it is whole
  bool open_ = false;
  std::string trouble_;
  frame_counter counter_;
};

}  // namespace varde::load
