// A SIP device written out by hand: the bytes it sends, and a UDP socket to send them from. It
// shares nothing with the server's codec.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace varde::edge::test {

/// A MESSAGE with `body` as its <mrq>. `branch` names the transaction.
[[nodiscard]] std::string sip_message(std::string_view body, std::string_view branch,
                                      std::string_view via = "UDP",
                                      std::string_view extra_headers = {});
[[nodiscard]] std::string sip_options(std::string_view branch, std::string_view via = "UDP");
/// An alarm of trigger `cid` with the given reference and status code.
[[nodiscard]] std::string mrq(std::string_view cid, std::string_view ref,
                              std::string_view status = "0010");
/// The 200 that a device gives to a request it has got.
[[nodiscard]] std::string ok_to(std::string_view request);
/// The value of a header or of an XML tag; empty if there is none.
[[nodiscard]] std::string header(std::string_view message, std::string_view name);
[[nodiscard]] std::string tag(std::string_view message, std::string_view name);

/// A UDP socket of its own. Waits end after ten seconds.
class udp_stranger {
 public:
  explicit udp_stranger(const std::string& address);
  ~udp_stranger();
  udp_stranger(const udp_stranger&) = delete;

  void send(std::string_view datagram);
  /// The next datagram; empty if none came.
  std::string receive();
  /// The next datagram that contains `text`, the others dropped; empty if none came.
  std::string receive_with(std::string_view text);

 private:
  int socket_;
};

}  // namespace varde::edge::test
