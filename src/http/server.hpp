// The web server: HTTPS with the API, the pages and WebSockets on one address, and metrics and
// health in plain text on another that belongs on loopback. All of it runs on the web thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"
#include "http/security.hpp"
#include "http/web_thread.hpp"

namespace varde::http {

struct server_options {
  std::string https;             // HOST:PORT, numeric host, port 0 allowed; empty: off
  std::string certificate_file;  // PEM, with its chain
  std::string key_file;          // PEM
  std::string metrics;           // HOST:PORT of the plain listener; empty: off
  std::string console_dir;       // the built pages; empty: none
  std::vector<std::string>
      origins;  // of our pages as browsers see them, beside the https address itself
  limits bounds;
};

/// What /readyz says.
struct readiness {
  bool takes_work = false;  // false: 503
  /// A line for each thing that is not as it should be. Only the plain listener tells.
  std::vector<std::string> degraded;
};

class server {
 public:
  /// `metrics` outlives the web thread's context too, whose last handlers hold connections.
  server(web_thread& web, server_options options, base::metrics& metrics);
  /// Closes everything.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Routes of the HTTPS listener. Fill it before start().
  [[nodiscard]] router& routes();
  /// The origins that are ours. After start() the bound address is among them, and for a loopback
  /// or wildcard address "https://localhost:PORT" too.
  [[nodiscard]] const origin_list& origins() const;
  /// Asked by /readyz on the web thread; until it is set the answer is no.
  void on_ready(std::function<readiness()> ready);
  /// Where map tiles come from: origins with a space between, for the content security policy of
  /// what is answered from now on. Web thread, or before start().
  void set_tile_origins(std::string_view origins);

  /// Reads pages and certificate, binds and listens. A failure is in the log with what and where.
  base::result<void> start();
  /// The addresses really bound, "127.0.0.1:8443"; empty if off.
  [[nodiscard]] std::string https_address() const;
  [[nodiscard]] std::string metrics_address() const;

  /// No new connections and WebSockets; idle connections close, others after their answer.
  /// WebSockets stay for their users to say goodbye on.
  void stop_accepting();
  /// Closes everything that is still open.
  void stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::http
