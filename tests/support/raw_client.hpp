// A blocking HTTPS and WebSocket client on a bare socket and OpenSSL: it shares no code with the
// server under test, and can send what no decent client would. Every wait has a deadline.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace varde::test {

struct raw_response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
  [[nodiscard]] bool has(std::string_view name) const {
    return std::ranges::any_of(headers, [&](const auto& h) { return h.first == name; });
  }
};

struct raw_frame {
  int opcode = 0;
  std::string payload;
  [[nodiscard]] int close_code() const {
    if (opcode != 8 || payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  }
};

class raw_client {
 public:
  static constexpr int deadline_s = 60;  // generous: sanitizers on a busy machine are slow

  explicit raw_client(int port, bool tls = true) {
    std::signal(SIGPIPE, SIG_IGN);
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval deadline{deadline_s, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
      throw std::runtime_error("connect");
    if (!tls) return;
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    if (SSL_connect(ssl_) != 1) throw std::runtime_error("TLS handshake");
  }
  ~raw_client() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(fd_);
  }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// False if the peer took no more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                          : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// One response; nullopt if the connection closed or the deadline passed before its end.
  std::optional<raw_response> receive(bool head_only = false) {
    std::size_t end = 0;
    while ((end = in_.find("\r\n\r\n")) == std::string::npos)
      if (!fill()) return std::nullopt;
    raw_response out;
    const std::string head = in_.substr(0, end + 2);
    in_.erase(0, end + 4);
    out.status = std::stoi(head.substr(9, 3));
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const auto line_end = head.find("\r\n", at);
      const auto line = head.substr(at, line_end - at);
      const auto colon = line.find(": ");
      std::string name = line.substr(0, colon);
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
      out.headers.emplace_back(name, line.substr(colon + 2));
      at = line_end + 2;
    }
    if (head_only || out.status == 100 || out.status == 101 || out.status == 204 ||
        out.status == 304)
      return out;
    const auto length = std::stoul("0" + out.header("content-length"));
    if (!need(length)) return std::nullopt;
    out.body = take(length);
    return out;
  }

  /// Sends and receives.
  std::optional<raw_response> ask(std::string_view request) {
    send(request);
    return receive(request.starts_with("HEAD"));
  }

  /// True once the peer has closed; throws away what still comes.
  bool closed() {
    while (fill()) in_.clear();
    return ended_;
  }

  [[nodiscard]] int descriptor() const { return fd_; }

  /// A masked client frame.
  bool send_frame(int opcode, std::string_view payload, bool final = true) {
    std::string out;
    out += static_cast<char>((final ? 0x80 : 0) | opcode);
    if (payload.size() < 126) {
      out += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() < 65'536) {
      out += static_cast<char>(0x80 | 126);
      out += static_cast<char>(payload.size() >> 8);
      out += static_cast<char>(payload.size() & 0xff);
    } else {
      throw std::runtime_error("frame too long for this client");
    }
    static constexpr std::string_view mask = "\x11\x22\x33\x44";
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
      out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return send(out);
  }
  bool send_text(std::string_view text) { return send_frame(1, text); }

  /// The next server frame; pings are answered on the way.
  std::optional<raw_frame> receive_frame() {
    for (;;) {
      if (!need(2)) return std::nullopt;
      raw_frame out;
      out.opcode = in_[0] & 0x0f;
      std::uint64_t length = static_cast<unsigned char>(in_[1]) & 0x7f;
      std::size_t head = 2;
      const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
      if (!need(head + more)) return std::nullopt;
      if (more > 0) {
        length = 0;
        for (std::size_t i = 0; i < more; ++i)
          length = length << 8 | static_cast<unsigned char>(in_[2 + i]);
        head += more;
      }
      if (!need(head + length)) return std::nullopt;
      in_.erase(0, head);
      out.payload = take(length);
      if (out.opcode != 9) return out;
      send_frame(10, out.payload);
    }
  }

 private:
  bool fill() {
    char chunk[16'384];
    const auto n = ssl_ ? SSL_read(ssl_, chunk, sizeof chunk)
                        : static_cast<int>(::recv(fd_, chunk, sizeof chunk, 0));
    if (n > 0) in_.append(chunk, static_cast<std::size_t>(n));
    const bool late = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (n <= 0 && !late) ended_ = true;
    return n > 0;
  }
  bool need(std::size_t bytes) {
    while (in_.size() < bytes)
      if (!fill()) return false;
    return true;
  }
  std::string take(std::size_t bytes) {
    std::string out = in_.substr(0, bytes);
    in_.erase(0, bytes);
    return out;
  }

  int fd_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  std::string in_;
  bool ended_ = false;
};

}  // namespace varde::test
