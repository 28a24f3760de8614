// TLS against a real redis-server: the right name enters, every other way in is refused.
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "redis/child.hpp"
#include "redis/connection.hpp"
#include "redis/live_redis.hpp"
#include "redis/program.hpp"
#include "support/free_port.hpp"

namespace varde::redis {
namespace {

namespace asio = boost::asio;

class tls_test : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<test::scratch_directory>();
    make_certificates();
    tls_port_ = test::free_port();
    plain_port_ = test::free_port();
    std::ofstream(directory_->path() / "redis.conf")
        << "bind 127.0.0.1\nport " << plain_port_ << "\ntls-port " << tls_port_
        << "\ntls-cert-file server.pem\ntls-key-file server.key\ntls-ca-cert-file ca.pem\n"
           "tls-auth-clients optional\nsave \"\"\nuser default off\n"
           "user varde on >s3cret ~v:* +@all\n";
    server_ = std::make_unique<child>(child_plan{find_program("redis-server")->string(),
                                                 {"redis.conf"},
                                                 directory_->path(),
                                                 directory_->path() / "log",
                                                 std::chrono::seconds{5}});
  }
  static void TearDownTestSuite() {
    server_.reset();
    directory_.reset();
  }

  static void make_certificates() {
    const std::string script =
        "cd " + directory_->path().string() +
        " && new='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1'"
        " && $new -subj /CN=authority -keyout ca.key -out ca.pem"
        " && $new -subj /CN=other -keyout other.key -out other.pem"
        " && $new -subj /CN=redis -addext subjectAltName=DNS:localhost -CA ca.pem -CAkey ca.key"
        "    -addext basicConstraints=critical,CA:FALSE -keyout server.key -out server.pem";
    ASSERT_EQ(std::system(("(" + script + ") 2>/dev/null").c_str()), 0);
  }

  static endpoint at(std::string host, std::string ca) {
    return {.host = std::move(host),
            .port = tls_port_,
            .tls = true,
            .ca_file = directory_->path() / ca,
            .user = "varde",
            .password = "s3cret"};
  }
  /// The error that a connection to there ends up with, once the server is up.
  base::error_code refusal(const endpoint& where, const connection_options& options = {}) {
    const auto first = test::connect(io_, at("localhost", "ca.pem"));
    const auto refused = connection::create(io_, where, options);
    refused->start();
    EXPECT_TRUE(test::run_until(
        io_, [&] { return refused->connected() || refused->last_error().failed(); }));
    EXPECT_FALSE(refused->connected());
    return refused->last_error();
  }

  static inline std::unique_ptr<test::scratch_directory> directory_;
  static inline std::unique_ptr<child> server_;
  static inline std::uint16_t tls_port_ = 0;
  static inline std::uint16_t plain_port_ = 0;
  asio::io_context io_;
};

TEST_F(tls_test, the_certified_name_enters_with_user_and_password) {
  const auto connection = test::connect(io_, at("localhost", "ca.pem"));
  const std::string large(3u << 20, 'x');
  ASSERT_TRUE(test::ask(io_, *connection, {"SET", "v:large", large}));
  EXPECT_EQ(test::ask(io_, *connection, {"GET", "v:large"})->text, large);
}

TEST_F(tls_test, a_name_that_is_not_in_the_certificate_is_refused) {
  EXPECT_EQ(refusal(at("127.0.0.1", "ca.pem")), errc::certificate_refused);
}

TEST_F(tls_test, an_unknown_authority_is_refused) {
  EXPECT_EQ(refusal(at("localhost", "other.pem")), errc::certificate_refused);
}

TEST_F(tls_test, a_missing_authority_file_is_an_error_and_not_no_check) {
  EXPECT_TRUE(refusal(at("localhost", "absent.pem")).failed());
}

TEST_F(tls_test, a_wrong_password_is_refused) {
  auto where = at("localhost", "ca.pem");
  where.password = "wrong";
  EXPECT_EQ(refusal(where), errc::wrong_password);
}

TEST_F(tls_test, a_server_without_tls_is_refused) {
  auto where = at("localhost", "ca.pem");
  where.port = plain_port_;
  const auto impatient = test::options_with(
      [](connection_options& options) { options.connect_limit = std::chrono::milliseconds{200}; });
  EXPECT_TRUE(refusal(where, impatient).failed());
}

TEST_F(tls_test, tcp_without_tls_works_where_it_is_asked_for) {
  auto where = at("localhost", "");
  where.tls = false;
  where.port = plain_port_;
  const auto connection = test::connect(io_, where);
  EXPECT_TRUE(test::ask(io_, *connection, {"PING"}));
}

}  // namespace
}  // namespace varde::redis
