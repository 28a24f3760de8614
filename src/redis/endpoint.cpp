// Endpoints in text, by Boost.URL.
#include "redis/endpoint.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

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

}  // namespace

base::result<endpoint> parse_endpoint(std::string_view text) {
  endpoint found;
  if (text.starts_with(unix_prefix)) {
    found.unix_path = text.substr(unix_prefix.size());
    if (!found.unix_path.starts_with('/')) return errc::bad_endpoint;
    return found;
  }
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return errc::bad_endpoint;
  const boost::urls::url_view url = *parsed;
  if (url.scheme() != "redis" && url.scheme() != "rediss") return errc::bad_endpoint;
  found.tls = url.scheme() == "rediss";
  found.host = url.host_address();
  if (found.host.empty() || url.has_fragment()) return errc::bad_endpoint;
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

std::string describe(const endpoint& where) {
  if (!where.unix_path.empty()) return fmt::format("unix:{}", where.unix_path);
  const bool v6 = where.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", where.tls ? "rediss" : "redis", v6 ? "[" : "", where.host,
                     v6 ? "]" : "", where.port);
}

}  // namespace varde::redis
