// The hand-written SIP messages and the plain socket that carries them.
#include "edge/sip_stranger.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace varde::edge::test {

std::string sip_message(std::string_view body, std::string_view branch, std::string_view via,
                        std::string_view extra_headers) {
  return fmt::format(
      "MESSAGE sip:varde@127.0.0.1 SIP/2.0\r\n"
      "Via: SIP/2.0/{} 127.0.0.1:5999;branch=z9hG4bK{};rport\r\n"
      "From: <sip:device@127.0.0.1>;tag=f{}\r\n"
      "To: <sip:varde@127.0.0.1>\r\n"
      "Call-ID: {}@127.0.0.1\r\n"
      "CSeq: 1 MESSAGE\r\n"
      "Max-Forwards: 70\r\n"
      "{}Content-Type: application/scaip+xml\r\n"
      "Content-Length: {}\r\n\r\n{}",
      via, branch, branch, branch, extra_headers, body.size(), body);
}

std::string sip_options(std::string_view branch, std::string_view via) {
  return fmt::format(
      "OPTIONS sip:varde@127.0.0.1 SIP/2.0\r\n"
      "Via: SIP/2.0/{} 127.0.0.1:5999;branch=z9hG4bK{};rport\r\n"
      "From: <sip:device@127.0.0.1>;tag=f{}\r\n"
      "To: <sip:varde@127.0.0.1>\r\n"
      "Call-ID: {}@127.0.0.1\r\n"
      "CSeq: 1 OPTIONS\r\n"
      "Content-Length: 0\r\n\r\n",
      via, branch, branch, branch);
}

std::string mrq(std::string_view cid, std::string_view ref, std::string_view status) {
  return fmt::format(
      "<mrq><ref>{}</ref><cid>{}</cid><dty>0003</dty><mty>ME</mty><stc>{}</stc>"
      "<crd>no-voice:</crd></mrq>",
      ref, cid, status);
}

std::string header(std::string_view message, std::string_view name) {
  const auto line = fmt::format("\r\n{}: ", name);
  const auto at = message.find(line);
  if (at == std::string_view::npos) return {};
  const auto begin = at + line.size();
  return std::string{message.substr(begin, message.find("\r\n", begin) - begin)};
}

std::string tag(std::string_view message, std::string_view name) {
  const auto open = fmt::format("<{}>", name);
  const auto at = message.find(open);
  if (at == std::string_view::npos) return {};
  const auto begin = at + open.size();
  return std::string{message.substr(begin, message.find("</", begin) - begin)};
}

std::string ok_to(std::string_view request) {
  return fmt::format(
      "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=d1\r\nCall-ID: {}\r\nCSeq: {}\r\n"
      "Content-Length: 0\r\n\r\n",
      header(request, "Via"), header(request, "From"), header(request, "To"),
      header(request, "Call-ID"), header(request, "CSeq"));
}

udp_stranger::udp_stranger(const std::string& address)
    : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  const auto colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  (void)::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  const timeval limit{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

udp_stranger::~udp_stranger() { ::close(socket_); }

void udp_stranger::send(std::string_view datagram) {
  (void)::send(socket_, datagram.data(), datagram.size(), 0);
}

std::string udp_stranger::receive() {
  std::array<char, 65536> buffer;
  const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string{buffer.data(), static_cast<std::size_t>(got)} : std::string{};
}

std::string udp_stranger::receive_with(std::string_view text) {
  for (;;) {
    auto datagram = receive();
    if (datagram.empty() || datagram.find(text) != std::string::npos) return datagram;
  }
}

}  // namespace varde::edge::test
