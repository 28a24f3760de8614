// The sentences behind the errors, and the first words of Redis's own error replies.
#include "redis/error.hpp"

#include <array>
#include <string>
#include <utility>

namespace varde::redis {

namespace {

class redis_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "redis"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::not_connected:
        return "not connected to Redis";
      case errc::lost:
        return "connection to Redis lost before the reply";
      case errc::stopped:
        return "connection to Redis stopped";
      case errc::too_many_in_flight:
        return "too many Redis commands in flight";
      case errc::malformed_reply:
        return "Redis sent a reply that can't be understood";
      case errc::timed_out:
        return "Redis did not reply in time";
      case errc::server_error:
        return "Redis answered with an error";
      case errc::read_only:
        return "this Redis is a read-only replica";
      case errc::loading:
        return "Redis is loading its data";
      case errc::busy:
        return "Redis is busy with a script";
      case errc::out_of_memory:
        return "Redis is out of memory";
      case errc::no_permission:
        return "the Redis account lacks a permission";
      case errc::wrong_password:
        return "Redis user or password is wrong or missing";
      case errc::function_missing:
        return "the function is not loaded in Redis";
      case errc::moved:
        return "the key lives on another Redis node";
      case errc::not_master:
        return "this Redis is not the master";
      case errc::version_too_old:
        return "this Redis is older than 7.0.15";
      case errc::bad_endpoint:
        return "not a Redis endpoint";
      case errc::certificate_refused:
        return "the TLS handshake with Redis failed";
      case errc::not_sentinel:
        return "this is not a sentinel but another server";
      case errc::master_unknown:
        return "no sentinel answers, or none knows the master by this name";
      case errc::cluster_incomplete:
        return "the Redis cluster does not serve all keys just now";
      case errc::no_replicas:
        return "Redis has too few replicas to accept writes";
    }
    return "unknown Redis error";
  }
};

}  // namespace

const boost::system::error_category& category() noexcept {
  static const redis_category instance;
  return instance;
}

errc classify_error_reply(std::string_view text) noexcept {
  using entry = std::pair<std::string_view, errc>;
  static constexpr std::array first_words{
      entry{"READONLY", errc::read_only},
      entry{"LOADING", errc::loading},
      entry{"BUSY", errc::busy},
      entry{"OOM", errc::out_of_memory},
      entry{"NOPERM", errc::no_permission},
      entry{"WRONGPASS", errc::wrong_password},
      entry{"NOAUTH", errc::wrong_password},
      entry{"MOVED", errc::moved},
      entry{"ASK", errc::moved},
      entry{"TRYAGAIN", errc::moved},
      entry{"CLUSTERDOWN", errc::moved},
      entry{"MASTERDOWN", errc::not_master},
      entry{"NOREPLICAS", errc::no_replicas},
  };
  const auto word = text.substr(0, text.find(' '));
  for (const auto& [known, code] : first_words)
    if (word == known) return code;
  return text.starts_with("ERR Function not found") ? errc::function_missing : errc::server_error;
}

}  // namespace varde::redis
