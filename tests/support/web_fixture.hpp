// A web server on loopback with its own web thread and a certificate made on the spot, for tests
// that talk to it from outside.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "http/server.hpp"

namespace varde::test {

/// A directory that goes when the test goes.
class scratch_directory {
 public:
  scratch_directory() {
    std::string pattern = std::filesystem::temp_directory_path() / "varde-test-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~scratch_directory() { std::filesystem::remove_all(path_); }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes cert.pem and key.pem: P-256, self-signed, an hour.
inline void write_certificate(const std::filesystem::path& directory) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* out = std::fopen((directory / "cert.pem").c_str(), "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
  out = std::fopen((directory / "key.pem").c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

/// Set `options` and routes, then start().
class web_fixture {
 public:
  static constexpr std::chrono::seconds patience{60};

  web_fixture() {
    write_certificate(scratch.path());
    options.https = "127.0.0.1:0";
    options.metrics = "127.0.0.1:0";
    options.certificate_file = scratch.path() / "cert.pem";
    options.key_file = scratch.path() / "key.pem";
    // Slow machines must not trip over these; tests of the time-outs set their own.
    auto& bounds = options.bounds;
    bounds.handshake_timeout = bounds.header_timeout = bounds.body_timeout = patience;
    bounds.answer_timeout = bounds.websocket_idle_timeout = patience;
  }
  ~web_fixture() { stop(); }

  /// The server, made at first use with the options as they are then.
  http::server& server() {
    if (!server_) server_ = std::make_unique<http::server>(web, options, metrics);
    return *server_;
  }
  bool start() {
    const bool well = server().start().has_value();
    thread_ = std::thread{[this] { context.run(); }};
    return well;
  }
  /// Runs `what` on the web thread and waits for it.
  void on_web_thread(std::function<void()> what) {
    std::promise<void> done;
    web.post([&] {
      what();
      done.set_value();
    });
    done.get_future().wait();
  }
  /// Asks on the web thread until it holds; false once the deadline has passed.
  bool eventually(std::function<bool()> holds) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    bool yes = false;
    while (!yes && std::chrono::steady_clock::now() < deadline) {
      on_web_thread([&] { yes = holds(); });
      if (!yes) std::this_thread::yield();
    }
    return yes;
  }
  void stop() {
    if (!thread_.joinable()) return;
    on_web_thread([this] { server_->stop(); });
    guard_.reset();
    context.stop();
    thread_.join();
  }
  [[nodiscard]] int https_port() { return port_of(server().https_address()); }
  [[nodiscard]] int metrics_port() { return port_of(server().metrics_address()); }
  [[nodiscard]] std::string origin() { return "https://" + server().https_address(); }

  scratch_directory scratch;
  base::metrics metrics;  // outlives the context, whose last handlers hold connections
  boost::asio::io_context context{1};
  http::web_thread web{context};
  http::server_options options;

 private:
  static int port_of(const std::string& address) {
    return std::stoi(address.substr(address.rfind(':') + 1));
  }

  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context.get_executor()};
  std::unique_ptr<http::server> server_;
  std::thread thread_;
};

}  // namespace varde::test
