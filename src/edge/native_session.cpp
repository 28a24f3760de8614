// Frames in, frames out. Anything that is not the protocol gets a Failure that says what, and the
// connection closes.
#include "edge/native_session.hpp"

#include "edge/edge_thread.hpp"
#include "registry/binding.hpp"

namespace varde::edge {

namespace {

/// A device that was told "busy" tries again after this long: by lane, or if the core was the one
/// to say so.
constexpr std::uint32_t retry_core_ms = 1'000;
constexpr std::uint32_t retry_life_ms = 250;
constexpr std::uint32_t retry_other_ms = 2'000;
/// Heartbeats that may be missed before the connection counts as dead.
constexpr int heartbeats_missed_max = 3;
constexpr std::size_t secret_bytes_max = 256;

/// The binding of a device that nobody can identify, whatever name it uses.
registry::binding unknown_binding(std::string_view source) {
  registry::binding bound;
  bound.municipality = alarm::municipality_id{alarm::centre};
  bound.subject = alarm::unknown_subject(source);
  return bound;
}

}  // namespace

native_session::native_session(edge_thread& home, descriptor socket,
                               std::unique_ptr<byte_stream> stream, const socket_address& peer)
    : connection{home, listener::native_tls, std::move(socket), std::move(stream), peer} {}

void native_session::on_open() { last_heard_ = std::chrono::steady_clock::now(); }

void native_session::on_bytes(std::string_view bytes, base::steady_time now) {
  const bool was_in_frame = framer_.in_frame();
  bool completed_one = false;
  framer_.feed(bytes);
  while (takes_input()) {
    const auto frame = framer_.next();
    if (!frame && frame.error() == wire::error::too_long)
      return fail(cause::too_long, "frame_too_long", "a frame is longer than 4096 bytes");
    if (!frame)
      return fail(cause::bad_input, "bad_frame", "the length before a frame can't be read");
    if (!*frame) break;
    completed_one = true;
    on_frame(**frame, now);
  }
  if (completed_one && !device_.empty()) last_heard_ = now;
  if (framer_.in_frame() && (completed_one || !was_in_frame)) message_began_ = now;
}

connection::patience native_session::input_patience() const {
  const auto& bounds = home().bounds();
  patience first = device_.empty()
                       ? patience{last_heard_ + bounds.message_max, cause::hello_slow}
                       : patience{last_heard_ + heartbeats_missed_max * bounds.heartbeat_interval,
                                  cause::silent};
  if (framer_.in_frame() && message_began_ + bounds.message_max < first.until)
    first = {message_began_ + bounds.message_max, cause::message_slow};
  return first;
}

void native_session::on_overdue(cause why) {
  fail(why, "too_slow",
       why == cause::silent         ? "no heartbeat for three intervals"
       : why == cause::message_slow ? "a frame took too long to arrive"
                                    : "no hello in time");
}

void native_session::on_frame(std::string_view frame, base::steady_time now) {
  // Most of what comes are heartbeats: they are answered without making a message.
  if (const auto beat = wire::heartbeat_in(frame); beat && !device_.empty()) {
    if (still_stands()) on_heartbeat(*beat, now);
    return;
  }
  const auto message = wire::parse_from_device(frame);
  if (!message)
    return fail(cause::bad_input, "bad_frame", "a frame is not a message of this protocol");
  if (message->has_hello()) return on_hello(message->hello(), now);
  if (device_.empty())
    return fail(cause::bad_input, "hello_first", "the first message must be hello");
  if (!still_stands()) return;
  if (message->has_signal()) return on_signal(message->signal(), now);
  on_heartbeat(message->heartbeat().sequence(), now);
}

void native_session::on_hello(const device::v1::Hello& hello, base::steady_time now) {
  if (!device_.empty()) return fail(cause::bad_input, "bad_frame", "hello was said already");
  if (hello.device().empty() || hello.device().size() > wire::device_name_bytes_max ||
      hello.secret().size() > secret_bytes_max)
    return fail(cause::bad_input, "bad_frame", "the device's name or secret is empty or too long");
  if (hello.protocol_version() != wire::native_protocol_version)
    return fail(cause::bad_input, "bad_frame", "the protocol version must be 1");
  device_ = hello.device();
  shown_.certificate = stream().take_peer_certificate();
  if (!hello.secret().empty()) shown_.secret = base::sha256(hello.secret());
  if (!still_stands()) return;
  home().signs().heard(number_, now);
  wire::append_frame(
      wire::make_welcome(home().bounds().native_window,
                         static_cast<std::uint32_t>(home().bounds().heartbeat_interval.count()),
                         base::wall_now()),
      outgoing());
}

/// Judges the device by the registry in force, again after each change: a right that was taken away
/// ends at once.
bool native_session::still_stands() {
  if (const auto generation = home().registry_generation(); judged_at_ != generation) {
    judged_at_ = generation;
    judge();
  }
  if (standing_ != standing::refused) return true;
  fail(cause::not_authorised, "not_authorised", "the certificate or secret is not this device's");
  return false;
}

void native_session::judge() {
  standing_ = identify(home().registry(), device_, shown_);
  number_ = registry::no_number;
  if (standing_ != standing::proven) return;
  home().identified(*this);
  if (const auto match = home().registry().find_device(wire::native_protocol, device_))
    number_ = match->number;
  home().signs().expect(number_);
}

void native_session::on_signal(const device::v1::Signal& said, base::steady_time now) {
  auto signal = wire::to_signal(said, device_, base::wall_now(), source());
  if (!signal) return tell_refused(said.sequence(), signal.error().message());
  offer one{
      .bound = standing_ == standing::proven
                   ? registry::bind(home().registry(), wire::native_protocol, device_, source())
                   : unknown_binding(source()),
      .received = now,
      .target = std::static_pointer_cast<native_session>(shared_from_this()),
      .cookie = said.sequence(),
      .over_window = in_flight_ >= home().bounds().native_window};
  home().signs().heard(one.bound, *signal, now);
  const auto received = home().door().admit(std::move(*signal), std::move(one));
  if (received.outcome == intake_outcome::to_core)
    ++in_flight_;
  else
    tell_busy(said.sequence(), received.life ? retry_life_ms : retry_other_ms);
}

void native_session::on_heartbeat(std::uint64_t sequence, base::steady_time now) {
  home().signs().heard(number_, now);
  home().counted().heartbeats[static_cast<std::size_t>(via())]->add();
  wire::append_heartbeat_answer(sequence, base::wall_now(), outgoing());
}

void native_session::answered(std::uint64_t sequence, alarm::verdict outcome) {
  --in_flight_;
  if (has_ended()) return;
  switch (outcome) {
    case alarm::verdict::received:
      wire::append_received(sequence, outgoing());
      break;
    case alarm::verdict::busy:
      tell_busy(sequence, retry_core_ms);
      break;
    case alarm::verdict::refused:
      tell_refused(sequence, "the centre can't take this signal");
      break;
  }
  answer_came();
}

void native_session::tell_busy(std::uint64_t sequence, std::uint32_t retry_after_ms) {
  wire::append_frame(wire::make_acknowledge(sequence, alarm::verdict::busy, retry_after_ms),
                     outgoing());
}

void native_session::tell_refused(std::uint64_t sequence, std::string_view why) {
  wire::append_frame(wire::make_acknowledge(sequence, alarm::verdict::refused, 0, why), outgoing());
}

void native_session::on_farewell() {
  wire::append_frame(wire::make_failure("draining", "the server is going down, connect again"),
                     outgoing());
}

void native_session::fail(cause why, std::string_view code, std::string_view detail) {
  wire::append_frame(wire::make_failure(code, detail), outgoing());
  finish(why);
}

}  // namespace varde::edge
