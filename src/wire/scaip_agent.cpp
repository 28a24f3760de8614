// The order of things for a MESSAGE: known already? – acceptable? – readable? – who is it, and
// proven? – then the 200, the admission and, when the verdict is there, the <mrs>. Requests that
// are turned away leave no state behind.
#include "wire/scaip_agent.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "wire/scaip.hpp"
#include "wire/sip.hpp"
#include "wire/text.hpp"

namespace varde::wire {

namespace {

/// A verdict that comes later than this finds nobody: the device has sent its alarm again long ago.
constexpr std::chrono::seconds ticket_age_max{60};
constexpr std::string_view allowed_methods = "MESSAGE, OPTIONS";
constexpr std::string_view accepted_types = "application/scaip+xml, application/xml";
constexpr std::string_view retry_after_s = "5";

using sip_headers = std::vector<std::pair<std::string, std::string>>;

/// One request and all that is known of it, kept while its verdict is waited for.
struct exchange {
  sip_message request;
  peer source;
  std::string key;  // of its transaction; empty on streams, which have none
  scaip_request said;
  scaip_device device;
  const scaip_profile* profile = nullptr;
};

struct waiting_exchange {
  waiting_exchange(exchange&& waiting, base::steady_time until)
      : what{std::move(waiting)}, given_up{until} {}

  exchange what;
  base::steady_time given_up;
};

constexpr std::string_view protocol_name(transport via) {
  constexpr std::array<std::string_view, 3> names{"UDP", "TCP", "TLS"};
  return names[static_cast<std::size_t>(via)];
}

/// A Via with the address of "host:port"; IPv6 in brackets.
sip_via own_via(transport via, std::string_view address) {
  sip_via out{std::string{protocol_name(via)}, {}, 0, {}};
  const auto colon = address.rfind(':');
  auto host = address;
  if (colon != std::string_view::npos && address.back() != ']') {
    host = address.substr(0, colon);
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), out.port);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  out.host = host;
  return out;
}

/// Where the <mrs> goes: the same connection; on UDP the port its Contact names, if it names one at
/// the very host the request came from, else where the response went. Never to another host.
peer mrs_destination(const sip_message& request, const peer& source) {
  if (source.via != transport::udp) return source;
  auto to = response_destination(request, source);
  if (request.contact_host == source.host && request.contact_port != 0)
    to.port = request.contact_port;
  return to;
}

bool is_scaip_type(std::string_view type) {
  return type.empty() || type == scaip_content_type || type == "application/xml" ||
         type == "text/xml";
}

}  // namespace

struct scaip_agent::state {
  scaip_agent_options options;
  scaip_lookup lookup;
  std::array<sip_via, 3> vias;
  server_transactions requests;
  client_transactions sent;
  std::map<std::uint64_t, waiting_exchange> tickets;  // in order of age
  std::uint64_t last_ticket = 0;
  std::uint64_t last_call = 0;
  std::vector<client_transactions::ending> lost;  // reused by tick()

  state(scaip_agent_options o, scaip_lookup l)
      : options{std::move(o)},
        lookup{std::move(l)},
        vias{own_via(transport::udp, options.sent_by_udp),
             own_via(transport::tcp, options.sent_by_tcp),
             own_via(transport::tls, options.sent_by_tls)},
        requests{options.requests_max},
        sent{options.tag_seed, options.sent_max} {}

  void on_response(const sip_message& response, const peer& source, agent_actions& out);
  void on_request(exchange&& x, moment now, agent_actions& out);
  void on_message(exchange&& x, moment now, agent_actions& out);
  bool answer_repeated(const exchange& x, agent_actions& out);
  bool is_acceptable(const exchange& x, agent_actions& out);
  bool is_authorised(const exchange& x, moment now, agent_actions& out);
  void admit(exchange&& x, moment now, agent_actions& out);
  void take(const exchange& x, moment now, agent_actions& out);
  void finish(const exchange& x, const scaip_response& answer, moment now, agent_actions& out);
  void send_mrs(const exchange& x, const scaip_response& answer, moment now, agent_actions& out);
  void answer_stateless(const exchange& x, int status, std::string_view reason, sip_headers headers,
                        agent_actions& out);
  void answer_stored(const exchange& x, sip_message response, moment now, agent_actions& out);
  [[nodiscard]] sip_message response_to(const exchange& x, int status,
                                        std::string_view reason) const;
  void give_up_tickets(moment now, agent_actions& out);
};

/// The tag in To is made from the request, so that a request turned away twice gets the same one
/// (RFC 3261 8.2.7).
sip_message scaip_agent::state::response_to(const exchange& x, int status,
                                            std::string_view reason) const {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto part : {std::string_view{options.tag_seed}, std::string_view{x.request.call_id},
                          x.request.vias.front().value("branch")})
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return make_response(x.request, x.source, status, reason,
                       fmt::format(FMT_COMPILE("{:016x}"), hash));
}

void scaip_agent::state::answer_stateless(const exchange& x, int status, std::string_view reason,
                                          sip_headers headers, agent_actions& out) {
  auto response = response_to(x, status, reason.empty() ? sip_reason(status) : reason);
  response.headers = std::move(headers);
  out.send.push_back({response_destination(x.request, x.source), format_sip(response)});
}

void scaip_agent::state::answer_stored(const exchange& x, sip_message response, moment now,
                                       agent_actions& out) {
  auto bytes = format_sip(response);
  if (!x.key.empty()) requests.answer(x.key, bytes, now.steady);
  out.send.push_back({response_destination(x.request, x.source), std::move(bytes)});
}

void scaip_agent::state::on_response(const sip_message& response, const peer& source,
                                     agent_actions& out) {
  const auto ended = sent.receive(response, source);
  if (!ended) return;
  const bool delivered = ended->status < 300;
  out.notes.push_back({delivered ? agent_event::mrs_delivered : agent_event::mrs_rejected,
                       ended->label, fmt::format_int{ended->status}.str()});
}

void scaip_agent::state::on_request(exchange&& x, moment now, agent_actions& out) {
  const auto& method = x.request.method;
  if (method == "MESSAGE") return on_message(std::move(x), now, out);
  if (method == "ACK") return;
  if (method == "OPTIONS") {
    answer_stateless(
        x, 200, {},
        {{"Allow", std::string{allowed_methods}}, {"Accept", std::string{accepted_types}}}, out);
    out.notes.push_back({agent_event::options, {}, {}});
    return;
  }
  const bool names_a_dialogue = method == "BYE" || method == "CANCEL";
  if (names_a_dialogue)
    answer_stateless(x, 481, {}, {}, out);
  else
    answer_stateless(x, 405, {}, {{"Allow", std::string{allowed_methods}}}, out);
  out.notes.push_back({agent_event::refused, {}, method});
}

bool scaip_agent::state::answer_repeated(const exchange& x, agent_actions& out) {
  if (x.key.empty()) return false;
  const auto known = requests.find(x.key);
  if (known.seen == server_transactions::sighting::fresh) return false;
  if (known.response != nullptr)
    out.send.push_back({response_destination(x.request, x.source), *known.response});
  out.notes.push_back({agent_event::repeated, {}, {}});
  return true;
}

bool scaip_agent::state::is_acceptable(const exchange& x, agent_actions& out) {
  const auto refuse = [&](int status, sip_headers headers, std::string_view why) {
    answer_stateless(x, status, {}, std::move(headers), out);
    out.notes.push_back({agent_event::refused, {}, std::string{why}});
    return false;
  };
  if (const auto* required = x.request.header("Require"))
    return refuse(420, {{"Unsupported", *required}}, "Require");
  const auto* encoding = x.request.header("Content-Encoding");
  if (encoding != nullptr && !equal_ignoring_case(*encoding, "identity"))
    return refuse(415, {{"Accept-Encoding", "identity"}}, "Content-Encoding");
  if (!is_scaip_type(x.request.content_type))
    return refuse(415, {{"Accept", std::string{accepted_types}}}, "Content-Type");
  if (x.request.body.size() > sip_body_bytes_max) return refuse(413, {}, "body");
  return true;
}

bool scaip_agent::state::is_authorised(const exchange& x, moment now, agent_actions& out) {
  if (!x.device.digest_required) return true;
  auto outcome = digest_gate::outcome::denied;
  bool tried = false;
  for (const auto& value : x.request.authorizations) {
    const auto credentials = parse_digest(value);
    if (!credentials || credentials->realm != options.gate->realm()) continue;
    tried = true;
    outcome = options.gate->check(*credentials, x.device.digest_user, x.device.digest_ha1,
                                  x.request.method, now.wall);
    break;
  }
  if (outcome == digest_gate::outcome::granted) return true;
  const bool stale = outcome == digest_gate::outcome::stale;
  answer_stateless(x, 401, {}, {{"WWW-Authenticate", options.gate->challenge(now.wall, stale)}},
                   out);
  const bool wrong = tried && !stale;
  out.notes.push_back({wrong ? agent_event::denied : agent_event::challenged, x.said.cid, {}});
  return false;
}

void scaip_agent::state::on_message(exchange&& x, moment now, agent_actions& out) {
  if (x.source.via == transport::udp) x.key = transaction_key(x.request, x.source);
  if (answer_repeated(x, out) || !is_acceptable(x, out)) return;

  auto reading = parse_mrq(x.request.body);
  if (!reading) {
    answer_stateless(x, 400, fmt::format("Not an mrq: {}", reading.error().message()), {}, out);
    out.notes.push_back({agent_event::malformed, {}, reading.error().message()});
    return;
  }
  x.said = std::move(reading->request);
  x.request.body.clear();
  x.device = lookup(x.said.cid);
  x.profile = &find_scaip_profile(x.device.profile);
  if (!is_authorised(x, now, out)) return;

  if (reading->problem != scaip_status::ok) {
    out.notes.push_back({agent_event::malformed, x.said.cid, reading->detail});
    if (x.said.ref.empty())  // nothing to refer an <mrs> to
      return answer_stateless(x, 400, fmt::format("Bad mrq: {}", reading->detail), {}, out);
    take(x, now, out);
    return finish(x, {x.said.ref, reading->problem, reading->detail, {}, {}, {}}, now, out);
  }
  if (x.said.type == scaip_message_type::heartbeat) {
    take(x, now, out);
    finish(x, answer_for(x.said, alarm::verdict::received, {}), now, out);
    out.notes.push_back({agent_event::heartbeat, x.said.cid, {}});
    return;
  }
  admit(std::move(x), now, out);
}

/// Makes the request ours: from here on its retransmissions are answered from memory, and unless
/// the <mrs> goes in the 200 the device learns at once that we have it in hand.
void scaip_agent::state::take(const exchange& x, moment now, agent_actions& out) {
  if (!x.key.empty()) requests.begin(x.key, now.steady);
  if (!x.profile->mrs_in_200) answer_stored(x, response_to(x, 200, sip_reason(200)), now, out);
}

void scaip_agent::state::admit(exchange&& x, moment now, agent_actions& out) {
  if (tickets.size() >= options.tickets_max) {
    answer_stateless(x, 503, {}, {{"Retry-After", std::string{retry_after_s}}}, out);
    out.notes.push_back({agent_event::overloaded, x.said.cid, {}});
    return;
  }
  take(x, now, out);
  const auto ticket = ++last_ticket;
  out.admit.push_back({ticket, to_signal(x.said, now.wall, x.source.host)});
  tickets.try_emplace(ticket, std::move(x), now.steady + ticket_age_max);
}

void scaip_agent::state::finish(const exchange& x, const scaip_response& answer, moment now,
                                agent_actions& out) {
  if (!x.profile->mrs_in_200) return send_mrs(x, answer, now, out);
  auto response = response_to(x, 200, sip_reason(200));
  response.content_type = x.profile->content_type;
  response.body = format_mrs(answer);
  answer_stored(x, std::move(response), now, out);
}

void scaip_agent::state::send_mrs(const exchange& x, const scaip_response& answer, moment now,
                                  agent_actions& out) {
  const auto to = mrs_destination(x.request, x.source);
  const auto branch = sent.new_branch();
  sip_message request;
  request.method = request.cseq_method = "MESSAGE";
  request.uri = x.request.contact.empty() ? x.request.from.uri : x.request.contact;
  auto& via = request.vias.emplace_back(vias[static_cast<std::size_t>(to.via)]);
  via.parameters = {{"branch", branch}, {"rport", std::nullopt}};
  const auto call = fmt::format(FMT_COMPILE("{}.{}"), options.tag_seed, ++last_call);
  request.from.text =
      fmt::format(FMT_COMPILE("<sip:{}@{}>;tag={}"), options.user, options.host, call);
  request.to.text = fmt::format(FMT_COMPILE("<{}>"), x.request.from.uri);
  request.call_id = fmt::format(FMT_COMPILE("{}@{}"), call, options.host);
  request.cseq = 1;
  request.headers = {{"Max-Forwards", "70"}};
  request.content_type = x.profile->content_type;
  request.body = format_mrs(answer);
  auto bytes = format_sip(request);
  const bool is_followed = x.device.registered;
  if (is_followed)
    sent.begin(branch, to, std::move(bytes), x.said.cid, now.steady, out.send);
  else
    out.send.push_back({to, std::move(bytes)});
}

void scaip_agent::state::give_up_tickets(moment now, agent_actions& out) {
  while (!tickets.empty() && tickets.begin()->second.given_up <= now.steady) {
    out.notes.push_back({agent_event::verdict_late, tickets.begin()->second.what.said.cid, {}});
    tickets.erase(tickets.begin());
  }
}

scaip_agent::scaip_agent(scaip_agent_options options, scaip_lookup lookup)
    : state_{std::make_unique<state>(std::move(options), std::move(lookup))} {}
scaip_agent::~scaip_agent() = default;
scaip_agent::scaip_agent(scaip_agent&&) noexcept = default;
scaip_agent& scaip_agent::operator=(scaip_agent&&) noexcept = default;

void scaip_agent::receive(const peer& source, std::string_view message, moment now,
                          agent_actions& out) {
  auto parsed = parse_sip(message);
  if (!parsed) return receive_broken(source, message, parsed.error(), out);
  if (parsed->is_request())
    state_->on_request({std::move(*parsed), source, {}, {}, {}, nullptr}, now, out);
  else
    state_->on_response(*parsed, source, out);
}

void scaip_agent::receive_broken(const peer& source, std::string_view header, base::error_code why,
                                 agent_actions& out) {
  const int status = why == error::too_long ? 413 : 400;
  if (auto answer = answer_unparsed(header, status, sip_reason(status)))
    out.send.push_back({source, std::move(*answer)});
  out.notes.push_back({agent_event::malformed, {}, why.message()});
}

void scaip_agent::answered(std::uint64_t ticket, alarm::verdict outcome, moment now,
                           agent_actions& out) {
  const auto found = state_->tickets.extract(ticket);
  if (found.empty()) return;
  const auto& waited = found.mapped().what;
  state_->finish(waited, answer_for(waited.said, outcome, waited.device.voice_number), now, out);
}

void scaip_agent::tick(moment now, agent_actions& out) {
  state_->requests.expire(now.steady);
  state_->give_up_tickets(now, out);
  state_->lost.clear();
  state_->sent.tick(now.steady, out.send, state_->lost);
  for (auto& ended : state_->lost)
    out.notes.push_back({agent_event::mrs_lost, std::move(ended.label), {}});
}

std::optional<base::steady_time> scaip_agent::deadline() const {
  std::optional<base::steady_time> oldest_ticket;
  if (!state_->tickets.empty()) oldest_ticket = state_->tickets.begin()->second.given_up;
  std::optional<base::steady_time> first;
  for (const auto& due : {state_->requests.deadline(), state_->sent.deadline(), oldest_ticket})
    if (due && (!first || *due < *first)) first = due;
  return first;
}

std::size_t scaip_agent::waiting() const { return state_->tickets.size(); }

}  // namespace varde::wire
