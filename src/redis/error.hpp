// What can go wrong between us and Redis, as values. A command's error also says what is known of
// its fate: only `lost` and `stopped` leave it open whether the server carried the command out.
#pragma once

#include <string_view>
#include <type_traits>

#include "base/result.hpp"

namespace varde::redis {

enum class errc {
  /// No connection just now; the command was not sent.
  not_connected = 1,
  /// The connection ended before the reply came: the command may or may not have been carried out.
  lost,
  /// The connection was stopped by us before the reply came; fate as with `lost`.
  stopped,
  /// The bound on commands or bytes in flight is reached; the command was not sent.
  too_many_in_flight,
  /// The server broke the protocol, or its reply exceeds the bounds of `parser_limits`.
  malformed_reply,
  /// No reply within `connection_options::reply_limit`.
  timed_out,
  /// The server answered with an error of no kind below; its text is in the log.
  server_error,
  /// READONLY: the server is a replica now.
  read_only,
  /// LOADING: the server is reading its files.
  loading,
  /// BUSY: a script blocks the server.
  busy,
  /// OOM: the server's memory bound is reached.
  out_of_memory,
  /// NOPERM: the account may not do this.
  no_permission,
  /// WRONGPASS or NOAUTH: user or password is wrong or missing.
  wrong_password,
  /// The function is not loaded in this server.
  function_missing,
  /// MOVED, ASK, TRYAGAIN or CLUSTERDOWN: the key lives on another node of a cluster, or is on its
  /// way there. With a cluster endpoint only after following it for `reply_limit`.
  moved,
  /// ROLE says this server is not a master, or the sentinels name another one now.
  not_master,
  /// The server is older than `server_version_min`.
  version_too_old,
  /// The text is not an endpoint.
  bad_endpoint,
  /// The TLS handshake failed: wrong host name, unknown authority, expired, or no TLS at all.
  certificate_refused,
  /// ROLE says that what should be a sentinel is none.
  not_sentinel,
  /// No sentinel answers, or none knows the master's name.
  master_unknown,
  /// Some slots of the cluster have no master, or one that can't be reached.
  cluster_incomplete,
  /// NOREPLICAS: fewer good replicas than `min-replicas-to-write`; the server refuses writes.
  no_replicas,
};

const boost::system::error_category& category() noexcept;

inline base::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), category()};
}

/// The error for the text of a Redis error reply, by its first word.
[[nodiscard]] errc classify_error_reply(std::string_view text) noexcept;

}  // namespace varde::redis

template <>
struct boost::system::is_error_code_enum<varde::redis::errc> : std::true_type {};
