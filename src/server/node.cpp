// The order in which a node comes up and goes down. Up: registry, board, then doors, so that nobody
// is answered by a node that doesn't know yet. Down: doors, edge, core, web, so that what was taken
// in is committed and answered.
#include "server/node.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>

#include "alarm/admission.hpp"
#include "alarm/lane.hpp"
#include "base/metrics.hpp"
#include "core/core_thread.hpp"
#include "edge/server.hpp"
#include "lanes/lane_set.hpp"
#include "registry/directory.hpp"
#include "server/web.hpp"
#include "supervision/seen_table.hpp"
#include "triage/classify.hpp"

namespace varde::server {

namespace {

/// Longest wait for the ledger to take what is on its way when the node stops.
constexpr std::chrono::seconds finish_limit{20};

core::acknowledgement policy_of(std::string_view name) {
  if (name == "disk") return core::acknowledgement::disk;
  return name == "disk+redis" ? core::acknowledgement::disk_redis
                              : core::acknowledgement::disk_redis_replica;
}

vault::options vault_options_of(const config& c) {
  constexpr std::int64_t mebibyte = 1 << 20;
  vault::options out;
  out.directories = c.vault.directories;
  if (out.directories.empty())
    out.directories = {(std::filesystem::path{c.node.data} / "vault").string()};
  out.keep = std::chrono::hours{c.vault.keep_h};
  out.bytes_max = static_cast<std::uint64_t>(c.vault.size_max_mb * mebibyte);
  out.segment_bytes = static_cast<std::size_t>(c.vault.segment_mb * mebibyte);
  return out;
}

core::core_options core_options_of(const config& c, redis::endpoint redis, bool alone,
                                   supervision::seen_table& seen) {
  core::core_options out;
  out.node = c.node.name;
  out.batch_inputs_max = static_cast<std::size_t>(c.core.batch_inputs_max);
  out.redis = std::move(redis);
  out.redis_reply_limit = std::chrono::milliseconds{c.redis.reply_limit_ms};
  out.follow_others = !alone;
  out.seen = &seen;
  out.snapshot_every = std::chrono::seconds{c.core.snapshot_every_s};
  out.policy = policy_of(c.core.acknowledge);
  out.replicas = static_cast<std::uint32_t>(c.core.replicas);
  out.replicas_limit = std::chrono::milliseconds{c.core.replicas_limit_ms};
  out.patience = std::chrono::milliseconds{c.core.patience_ms};
  out.recheck = std::chrono::seconds{c.core.recheck_s};
  out.vault = vault_options_of(c);
  return out;
}

edge::options edge_options_of(const config& c, supervision::seen_table& seen) {
  edge::options out;
  out.seen = &seen;
  out.listen = {c.listen.scaip_udp, c.listen.scaip_tcp, c.listen.scaip_tls, c.listen.native};
  out.certificate_file = c.tls.certificate;
  out.key_file = c.tls.key;
  out.client_authority_file = c.tls.client_ca;
  out.threads = static_cast<unsigned>(c.edge.threads);
  out.travel_lane = triage::travel_lane;
  auto& limits = out.limits;
  limits.connections_max = static_cast<std::size_t>(c.edge.connections_max);
  limits.handshakes_max = static_cast<std::size_t>(c.edge.handshakes_max);
  limits.unidentified_max = static_cast<std::size_t>(c.edge.unidentified_max);
  limits.waiting_max = static_cast<std::size_t>(c.edge.waiting_max);
  limits.handshake_max = std::chrono::milliseconds{c.edge.handshake_max_ms};
  limits.message_max = std::chrono::milliseconds{c.edge.message_max_ms};
  limits.sip_idle_max = std::chrono::seconds{c.edge.sip_idle_max_s};
  limits.native_window = static_cast<std::uint32_t>(c.edge.native_window);
  limits.heartbeat_interval = std::chrono::seconds{c.edge.heartbeat_interval_s};
  limits.unknown_burst = static_cast<double>(c.edge.unknown_burst);
  limits.unknown_per_minute = static_cast<double>(c.edge.unknown_per_minute);
  limits.drain_max = std::chrono::milliseconds{c.edge.drain_max_ms};
  return out;
}

}  // namespace

std::string ready_line(const bound_addresses& bound) {
  return fmt::format(
      "varde ready https={} scaip_udp={} scaip_tcp={} scaip_tls={} native_tls={} metrics={}",
      bound.https, bound.scaip_udp, bound.scaip_tcp, bound.scaip_tls, bound.native_tls,
      bound.metrics);
}

struct node::state {
  state(config given, const redis::endpoint& redis, bool alone)
      : settings(std::move(given)),
        lanes({static_cast<std::size_t>(settings.lanes.slots),
               static_cast<std::size_t>(settings.lanes.reserved_for_life)}),
        core(core_options_of(settings, redis, alone, seen), lanes, directory, metrics),
        edge(edge_options_of(settings, seen), lanes, directory, metrics),
        web(settings, redis, directory, core, seen, metrics) {
    for (std::size_t lane = 0; lane < alarm::lane_count; ++lane)
      metrics.make_reading(fmt::format("varde_lane_{}_waiting", names[lane]),
                           "Signals waiting in the lane.",
                           [this, lane] { return static_cast<double>(lanes.size(lane)); });
  }

  static constexpr std::array names{"life", "care", "technical"};

  config settings;
  base::metrics metrics;
  registry::directory directory;
  supervision::seen_table seen;
  lanes::lane_set<alarm::admission> lanes;
  core::core_thread core;
  edge::server edge;
  server::web web;
  bound_addresses bound;
  bool started = false;
};

node::node(config config, redis::endpoint redis, bool alone)
    : state_(std::make_unique<state>(std::move(config), redis, alone)) {}

node::~node() { stop(); }

std::string node::start() {
  state& s = *state_;
  if (auto wrong = s.web.load(); !wrong.empty()) return wrong;
  if (const auto restored = s.core.start(s.edge.sinks()); !restored)
    return fmt::format("The vault or the ledger could not be read: {}. The log says more.",
                       restored.error().message());
  s.started = true;
  if (const auto listening = s.edge.start(); !listening)
    return fmt::format(
        "The device listeners could not be opened: {}. The log names the address or file.",
        listening.error().message());
  if (auto wrong = s.web.open([&s] { return s.core.ready(); }); !wrong.empty()) return wrong;
  const auto& devices = s.edge.bound();
  s.bound = {s.web.https_address(), devices.scaip_udp,  devices.scaip_tcp,
             devices.scaip_tls,     devices.native_tls, s.web.metrics_address()};
  return {};
}

const bound_addresses& node::bound() const { return state_->bound; }

void node::stop() {
  state& s = *state_;
  if (!std::exchange(s.started, false)) return;
  spdlog::info("draining: no new connections, finishing what was taken in");
  s.edge.stop_accepting();
  s.web.stop_accepting();
  s.edge.stop();
  s.core.stop(finish_limit);
  s.web.stop();
}

}  // namespace varde::server
