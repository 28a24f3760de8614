// The names, help texts and labels under which the edge's figures are shown to Prometheus.
#include "edge/counters.hpp"

namespace varde::edge {

namespace {

constexpr std::array<std::string_view, listener_count> listener_names{"native_tls", "scaip_udp",
                                                                      "scaip_tcp", "scaip_tls"};
constexpr std::array<std::string_view, cause_count> cause_names{
    "peer_closed",    "peer_lost",   "handshake_failed", "handshake_slow", "hello_slow",
    "message_slow",   "reader_slow", "silent",           "bad_input",      "too_long",
    "not_authorised", "over_limit",  "not_taken",        "draining"};
constexpr std::array<std::string_view, intake_outcome_count> outcome_names{
    "to_core", "lane_full", "room_full", "rate_limited", "over_window"};
constexpr std::array<std::string_view, 3> verdict_names{"received", "busy", "refused"};

std::string text(std::string_view s) { return std::string{s}; }

}  // namespace

std::string_view listener_name(listener l) { return listener_names[static_cast<std::size_t>(l)]; }
std::string_view cause_name(cause c) { return cause_names[static_cast<std::size_t>(c)]; }
std::string_view outcome_name(intake_outcome o) {
  return outcome_names[static_cast<std::size_t>(o)];
}

counters::counters(base::metrics& all) {
  for (std::size_t l = 0; l < listener_count; ++l) {
    const base::metric_labels here{{"listener", text(listener_names[l])}};
    accepted[l] = &all.make_counter("varde_edge_accepted_total", "Connections accepted", here);
    open[l] = &all.make_gauge("varde_edge_connections", "Connections open now", here);
    bytes_in[l] = &all.make_counter("varde_edge_received_bytes_total", "Bytes from devices", here);
    bytes_out[l] = &all.make_counter("varde_edge_sent_bytes_total", "Bytes to devices", here);
    heartbeats[l] = &all.make_counter("varde_edge_heartbeats_total", "Heartbeats answered", here);
    for (std::size_t c = 0; c < cause_count; ++c)
      ended[l][c] = &all.make_counter(
          "varde_edge_ended_total", "Connections ended and input turned away, by cause",
          {{"listener", text(listener_names[l])}, {"cause", text(cause_names[c])}});
  }
  for (std::size_t lane = 0; lane < alarm::lane_count; ++lane) {
    const auto name = text(std::array{"life", "care", "technical"}[lane]);
    for (std::size_t o = 0; o < intake_outcome_count; ++o)
      signals[lane][o] =
          &all.make_counter("varde_edge_signals_total", "Signals, by what became of them",
                            {{"lane", name}, {"outcome", text(outcome_names[o])}});
    to_lane[lane] = &all.make_histogram("varde_stage_socket_to_lane_seconds",
                                        "From the socket to the lane", {{"lane", name}});
  }
  for (std::size_t v = 0; v < verdict_names.size(); ++v)
    answers[v] =
        &all.make_counter("varde_edge_answers_total", "The core's answers passed on to devices",
                          {{"verdict", text(verdict_names[v])}});
  answers_late = &all.make_counter("varde_edge_answers_late_total",
                                   "Signals the core did not answer in time; answered busy");
  answers_lost = &all.make_counter("varde_edge_answers_lost_total",
                                   "Answers that a SIP device did not acknowledge in 32 s");
  answers_rejected =
      &all.make_counter("varde_edge_answers_rejected_total", "Answers that a SIP device refused");
  signs_of_life = &all.make_counter("varde_edge_signs_of_life_total",
                                    "Messages that showed that a registered device lives");
  repeated = &all.make_counter("varde_edge_repeated_total",
                               "SIP retransmissions answered from their transaction");
  resumed =
      &all.make_counter("varde_edge_tls_resumed_total", "TLS handshakes that resumed a session");
  to_answer = &all.make_histogram("varde_stage_socket_to_acknowledge_seconds",
                                  "From the socket to the acknowledgement handed to it");
}

}  // namespace varde::edge
