// The door: signing in and out, the cookie, and requests from pages that aren't ours.
#include "desk_fixture.hpp"

namespace varde::test {
namespace {

using sign_in = desk_fixture;

ask attempt(const std::string& user, const std::string& password) {
  return {"POST",
          "/api/v1/session",
          "",
          "",
          R"({"user":")" + user + R"(","password":")" + password + "\"}",
          {}};
}

TEST_F(sign_in, gives_a_cookie_that_only_our_pages_send_and_a_csrf_token) {
  centre.set_password("olga", "a good long password");
  start();
  const auto r = centre.send(attempt("olga", "a good long password"));
  EXPECT_EQ(r.status, 200);
  const auto cookie = r.header("set-cookie");
  EXPECT_TRUE(cookie.starts_with("__Host-varde=")) << cookie;
  for (const auto* flag : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"})
    EXPECT_NE(cookie.find(flag), std::string::npos) << flag;
  EXPECT_EQ(cookie.find("Domain"), std::string::npos);
  EXPECT_EQ(r.header("cache-control"), "no-store");
  EXPECT_EQ(schema.wrong("SignedIn", r.body), std::vector<std::string>{});
  EXPECT_TRUE(centre.was_audited("centre", "olga", "sign_in", "done"));

  const auto token = cookie.substr(13, cookie.find(';') - 13);
  EXPECT_GE(token.size(), 22u);  // at least 128 bits
  const auto me = centre.send({"GET", "/api/v1/me", token, "", "", {}});
  EXPECT_EQ(me.status, 200);
  EXPECT_EQ(schema.wrong("Me", me.body), std::vector<std::string>{});
}

TEST_F(sign_in, wrong_ones_look_alike_whatever_was_wrong) {
  centre.set_password("olga", "a good long password");
  start();
  const auto wrong_password = centre.send(attempt("olga", "another password"));
  const auto no_such_user = centre.send(attempt("nobody", "another password"));
  EXPECT_EQ(wrong_password.status, 401);
  EXPECT_EQ(no_such_user.status, 401);
  EXPECT_EQ(wrong_password.body, no_such_user.body);
  EXPECT_FALSE(no_such_user.has("set-cookie"));
}

TEST_F(sign_in, many_wrong_tries_are_slowed_with_retry_after) {
  start();
  raw_response r;
  for (int i = 0; i < 60 && r.status != 429; ++i)
    r = centre.send(attempt("olga", "wrong password"));
  EXPECT_EQ(r.status, 429);
  EXPECT_EQ(code_of(r), "slow_down");
  EXPECT_GE(std::stoi("0" + r.header("retry-after")), 1);
}

TEST_F(sign_in, is_refused_to_foreign_pages_and_bad_content) {
  start();
  auto foreign = attempt("olga", "x");
  foreign.headers = {{"Origin", "https://evil.example"}};
  EXPECT_EQ(code_of(centre.send(foreign)), "foreign_origin");
  auto broken = attempt("olga", "x");
  for (const auto* body : {"", "{", "[]", "{\"user\":1}", "{\"user\":\"a\",\"password\":\"\"}"}) {
    broken.body = body;
    EXPECT_EQ(centre.send(broken).status, 400) << body;
  }
}

TEST_F(sign_in, ends_at_once_with_sign_out) {
  start();
  const auto before = centre.send(centre.as("olga", "GET", "/api/v1/me"));
  EXPECT_EQ(before.status, 200);
  const auto out = centre.send(centre.as("olga", "DELETE", "/api/v1/session"));
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.header("set-cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(code_of(centre.send(centre.as("olga", "GET", "/api/v1/me"))), "not_signed_in");
}

TEST_F(sign_in, every_unsafe_request_needs_the_csrf_token_and_our_origin) {
  start();
  publish({made_up_case("9901")});
  for (const auto& [verb, path] : std::vector<std::pair<std::string, std::string>>{
           {"DELETE", "/api/v1/session"},
           {"POST", "/api/v1/queue/next"},
           {"POST", "/api/v1/cases/9901.r-1001.1/claim"},
           {"POST", "/api/v1/cases/9901.r-1001.1/close"}}) {
    auto request = centre.as("olga", verb, path, verb == "POST" ? "{\"version\":1}" : "");
    request.csrf = "";
    EXPECT_EQ(code_of(centre.send(request)), "csrf") << path;
    request.csrf = centre.csrf_of("odd");
    EXPECT_EQ(code_of(centre.send(request)), "csrf") << path;
    request.csrf = centre.csrf_of("olga");
    for (const auto& origin :
         {std::string{"https://evil.example"}, std::string{"null"}, centre.origin() + ".evil"}) {
      request.headers.emplace_back("Origin", origin);
      EXPECT_EQ(code_of(centre.send(request)), "foreign_origin") << origin;
      request.headers.pop_back();
    }
  }
  EXPECT_TRUE(centre.gateway.commands.empty());
  EXPECT_TRUE(centre.gateway.next_requests.empty());
}

}  // namespace
}  // namespace varde::test
