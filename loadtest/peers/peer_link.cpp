// What all protocols share: the carrier, and the bytes of a message that is not whole yet.
#include "peers/peer_link.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "peers/alerts_link.hpp"
#include "peers/amqp_link.hpp"
#include "peers/mqtt_link.hpp"
#include "peers/xadd_link.hpp"

namespace varde::load {

peer_link::peer_link(peer_terms terms, events handlers)
    : terms_(std::move(terms)), handlers_(std::move(handlers)) {}

peer_link::~peer_link() { close(); }

void peer_link::open(boost::asio::io_context& io, const peer_address& to) {
  client_ = dial(io, to,
                 {.on_ready = [this] { on_open(); },
                  .on_bytes =
                      [this](std::string_view bytes) {
                        if (gone_) return;
                        if (input_.empty()) {
                          input_.assign(bytes.substr(take(bytes)));
                          return;
                        }
                        input_.append(bytes);
                        input_.erase(0, take(input_));
                      },
                  .on_gone = [this](const std::string& why) { give_up(why); }});
}

void peer_link::flush() {
  if (client_) client_->flush();
}

void peer_link::close() {
  gone_ = true;
  if (client_) client_->close();
}

void peer_link::put(std::string_view bytes) { client_->queue(bytes); }

void peer_link::give_up(const std::string& why) {
  if (gone_) return;
  close();
  handlers_.on_gone(why);
}

std::unique_ptr<peer_link> make_peer_link(std::string_view protocol, peer_terms terms,
                                          peer_link::events handlers) {
  if (protocol == "xadd") return std::make_unique<xadd_link>(std::move(terms), std::move(handlers));
  if (protocol == "mqtt") return std::make_unique<mqtt_link>(std::move(terms), std::move(handlers));
  if (protocol == "amqp") return std::make_unique<amqp_link>(std::move(terms), std::move(handlers));
  if (protocol == "alerts") {
    return std::make_unique<alerts_link>(std::move(terms), std::move(handlers));
  }
  throw std::runtime_error(fmt::format("no peer speaks \"{}\"", protocol));
}

}  // namespace varde::load
