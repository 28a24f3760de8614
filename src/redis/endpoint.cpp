// Endpoints in text, by Boost.URL. A list of nodes is no URL, so each node is parsed as the URL of
// a single server, all with the same account and files.
#include "redis/endpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cctype>
#include <utility>

#include "redis/error.hpp"

namespace varde::redis {

namespace {

constexpr std::string_view unix_prefix = "unix:";

/// Fills in "?ca=…&cert=…&key=…"; false on a parameter nobody knows.
bool take_parameters(const boost::urls::url_view& url, endpoint& into) {
  for (const auto& parameter : url.params()) {
    const std::string_view name = parameter.key;
    if (name == "ca")
      into.ca_file = parameter.value;
    else if (name == "cert")
      into.cert_file = parameter.value;
    else if (name == "key")
      into.key_file = parameter.value;
    else
      return false;
  }
  return true;
}

base::result<endpoint> parse_single(std::string_view text) {
  endpoint found;
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return errc::bad_endpoint;
  const boost::urls::url_view url = *parsed;
  if (url.scheme() != "redis" && url.scheme() != "rediss") return errc::bad_endpoint;
  found.tls = url.scheme() == "rediss";
  found.host = url.host_address();
  if (found.host.empty() || url.has_fragment()) return errc::bad_endpoint;
  if (found.host.find(',') != std::string::npos) return errc::bad_endpoint;  // several, of no kind
  if (!url.path().empty() && url.path() != "/") return errc::bad_endpoint;
  if (url.has_port()) {
    found.port = url.port_number();
    if (found.port == 0) return errc::bad_endpoint;
  }
  found.user = url.user();
  found.password = url.password();
  if (!found.user.empty() && found.password.empty()) return errc::bad_endpoint;
  if (!take_parameters(url, found)) return errc::bad_endpoint;
  if (!found.tls && url.has_query()) return errc::bad_endpoint;
  return found;
}

/// A scheme that names several servers.
struct several {
  std::string_view prefix;
  deployment kind;
  std::string_view single;  // the prefix of one such server
  std::uint16_t port;       // where none is given
};
constexpr std::array several_kinds{
    several{"sentinel://", deployment::sentinel, "redis://", 26379},
    several{"sentinels://", deployment::sentinel, "rediss://", 26379},
    several{"cluster://", deployment::cluster, "redis://", 6379},
    several{"clusters://", deployment::cluster, "rediss://", 6379},
};

/// The text after the prefix in its four parts: account@nodes/name?files.
struct list_parts {
  std::string_view account;  // with its @
  std::string_view nodes;
  std::string_view name;
  std::string_view files;  // with its ?

  explicit list_parts(std::string_view text) {
    const auto question = text.find('?');
    if (question != text.npos) files = text.substr(question);
    text = text.substr(0, question);
    const auto slash = text.find('/');
    if (slash != text.npos) name = text.substr(slash + 1);
    text = text.substr(0, slash);
    const auto at = text.rfind('@');
    nodes = at == text.npos ? text : text.substr(at + 1);
    account = text.substr(0, text.size() - nodes.size());
  }
};

/// Letters, digits, '.', '-' and '_': what Sentinel itself takes as a master's name.
bool is_master_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

base::result<endpoint> parse_several(const several& kind, std::string_view text) {
  const list_parts parts(text);
  if (kind.kind == deployment::sentinel ? !is_master_name(parts.name) : !parts.name.empty())
    return errc::bad_endpoint;
  endpoint found;
  auto rest = parts.nodes;
  while (true) {
    const auto comma = rest.find(',');
    const auto node = rest.substr(0, comma);
    const auto bracket = node.rfind(']');
    const bool has_port = node.find(':', bracket == node.npos ? 0 : bracket) != node.npos;
    auto one =
        parse_single(fmt::format("{}{}{}{}{}", kind.single, parts.account, node,
                                 has_port ? "" : fmt::format(":{}", kind.port), parts.files));
    if (!one || found.nodes.size() == endpoint_nodes_max) return errc::bad_endpoint;
    auto nodes = std::move(found.nodes);
    nodes.push_back({one->host, one->port});
    found = std::move(*one);
    found.nodes = std::move(nodes);
    if (comma == rest.npos) break;
    rest = rest.substr(comma + 1);
  }
  found.kind = kind.kind;
  found.host.clear();
  found.master_name = parts.name;
  return found;
}

std::string describe_address(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

}  // namespace

base::result<endpoint> parse_endpoint(std::string_view text) {
  if (text.starts_with(unix_prefix)) {
    endpoint found;
    found.unix_path = text.substr(unix_prefix.size());
    if (!found.unix_path.starts_with('/')) return errc::bad_endpoint;
    return found;
  }
  for (const auto& kind : several_kinds)
    if (text.starts_with(kind.prefix)) return parse_several(kind, text.substr(kind.prefix.size()));
  return parse_single(text);
}

endpoint server_at(const endpoint& where, const address& at) {
  endpoint one = where;
  one.kind = deployment::single;
  one.nodes.clear();
  one.master_name.clear();
  one.sentinel_user.clear();
  one.sentinel_password.clear();
  one.host = at.host;
  one.port = at.port;
  return one;
}

endpoint sentinel_at(const endpoint& where, const address& at) {
  endpoint one = server_at(where, at);
  one.user = where.sentinel_user;
  one.password = where.sentinel_password;
  return one;
}

std::string describe(const endpoint& where) {
  if (!where.unix_path.empty()) return fmt::format("unix:{}", where.unix_path);
  if (where.kind == deployment::single)
    return fmt::format("{}://{}", where.tls ? "rediss" : "redis",
                       describe_address(where.host, where.port));
  std::vector<std::string> nodes;
  for (const auto& node : where.nodes) nodes.push_back(describe_address(node.host, node.port));
  const bool sentinel = where.kind == deployment::sentinel;
  return fmt::format("{}{}://{}{}{}", sentinel ? "sentinel" : "cluster", where.tls ? "s" : "",
                     fmt::join(nodes, ","), sentinel ? "/" : "", where.master_name);
}

}  // namespace varde::redis
