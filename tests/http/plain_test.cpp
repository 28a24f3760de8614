// The parts of the web server that need no socket: targets, routes, cookies, origins, problems.
#include <gtest/gtest.h>

#include "http/problem.hpp"
#include "http/router.hpp"
#include "http/security.hpp"

namespace varde::http {
namespace {

request parsed(std::string_view target) {
  request out;
  EXPECT_TRUE(parse_target(target, out)) << target;
  return out;
}

TEST(http_target, is_split_and_decoded) {
  const auto in = parsed("/api/v1/cases/4601.r-1.7/claim?state=open%2Cclaimed&limit=5&x");
  EXPECT_EQ(in.segments, (std::vector<std::string>{"api", "v1", "cases", "4601.r-1.7", "claim"}));
  EXPECT_EQ(in.query_value("state"), "open,claimed");
  EXPECT_EQ(in.query_value("limit"), "5");
  EXPECT_EQ(in.query_value("x"), "");
  EXPECT_EQ(in.query_value("y"), std::nullopt);
}

TEST(http_target, an_encoded_slash_stays_inside_its_segment) {
  EXPECT_EQ(parsed("/a%2Fb").segments, (std::vector<std::string>{"a/b"}));
  EXPECT_EQ(parsed("/a/").segments, (std::vector<std::string>{"a", ""}));
}

TEST(http_target, broken_ones_are_refused) {
  for (const auto* target :
       {"", "a", "*", "https://a/", "/%", "/%4", "/%zz", "/%00", "/%0d%0a", "/a#b", "/?a=%1"}) {
    request out;
    EXPECT_FALSE(parse_target(target, out)) << target;
  }
}

TEST(http_router, finds_by_method_and_template) {
  router r;
  r.route(method::get, "/cases/{id}", [](const exchange_pointer&) {});
  r.route(method::post, "/cases/{id}/claim", [](const exchange_pointer&) {});
  const auto found = r.find(method::post, {"cases", "a.b.1", "claim"});
  EXPECT_TRUE(found.on_request);
  EXPECT_EQ(found.parameters, (header_list{{"id", "a.b.1"}}));
  EXPECT_TRUE(r.find(method::head, {"cases", "x"}).on_request);
  EXPECT_EQ(r.find(method::put, {"cases", "x"}).allow, "GET, HEAD");
  EXPECT_EQ(r.find(method::get, {"cases", "x", "claim"}).allow, "POST");
  EXPECT_TRUE(r.find(method::get, {"cases"}).allow.empty());
  EXPECT_FALSE(r.find(method::get, {"cases", ""}).on_request);
}

TEST(http_exchange, the_first_answer_counts_and_a_dropped_one_is_500) {
  std::vector<unsigned> statuses;
  {
    exchange e{{}, [&](response r) { statuses.push_back(r.status); }};
    e.answer(no_content());
    e.answer(json_response("{}"));
  }
  {
    exchange e{{}, [&](response r) { statuses.push_back(r.status); }};
  }
  EXPECT_EQ(statuses, (std::vector<unsigned>{204, 500}));
}

TEST(http_cookie, the_token_is_found_and_a_second_one_makes_none) {
  request in;
  in.headers = {{"cookie", "a=b; __Host-varde=token-1; c=d"}};
  EXPECT_EQ(session_token(in), "token-1");
  in.headers = {{"cookie", "__Host-varde=a; __Host-varde=b"}};
  EXPECT_EQ(session_token(in), std::nullopt);
  in.headers = {{"cookie", "__Host-varde=" + std::string(session_token_bytes_max + 1, 'x')}};
  EXPECT_EQ(session_token(in), std::nullopt);
  in.headers = {{"cookie", "x__Host-varde=a; __Host-vardex=b; __Host-varde="}};
  EXPECT_EQ(session_token(in), std::nullopt);
}

TEST(http_csrf, needs_the_token_and_our_own_origin) {
  origin_list ours;
  ours.add("https://localhost:8443");
  request in;
  EXPECT_EQ(refuse_cross_site(in, ours, "secret").value().status, 403u);
  in.headers = {{"x-csrf-token", "secret"}};
  EXPECT_FALSE(refuse_cross_site(in, ours, "secret"));
  EXPECT_TRUE(refuse_cross_site(in, ours, ""));
  in.headers.emplace_back("origin", "https://localhost:8443.evil.example");
  EXPECT_TRUE(refuse_cross_site(in, ours, "secret"));
  in.headers.back().second = "https://localhost:8443";
  EXPECT_FALSE(refuse_cross_site(in, ours, "secret"));
}

TEST(http_origin, is_taken_from_tile_templates_only_when_it_is_one) {
  EXPECT_EQ(origin_of("https://tiles.example:8080/{z}/{x}/{y}.png"), "https://tiles.example:8080");
  EXPECT_EQ(origin_of("https://{s}.tiles.example/{z}"), "https://*.tiles.example");
  EXPECT_EQ(origin_of("javascript://x"), "");
  EXPECT_EQ(origin_of("https://x;script-src *"), "");
  EXPECT_EQ(origin_of(""), "");
}

TEST(http_problem, says_type_title_status_detail_and_code) {
  const auto out = problem(409, "stale", "The case has changed", "", "\"current\":{}");
  EXPECT_EQ(
      out.body,
      R"({"type":"/problems/stale","title":"The case has changed","status":409,"detail":"","code":"stale","current":{}})");
}

}  // namespace
}  // namespace varde::http
