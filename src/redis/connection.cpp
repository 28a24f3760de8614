// The face of a channel; which kind of channel is told by the endpoint.
#include "redis/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <utility>
#include <vector>

#include "redis/channel.hpp"

namespace varde::redis {

std::shared_ptr<connection> connection::create(boost::asio::io_context& io, endpoint where,
                                               connection_options options) {
  auto made = where.kind == deployment::cluster
                  ? make_cluster(io, std::move(where), std::move(options))
                  : make_link(io, std::move(where), std::move(options));
  return std::shared_ptr<connection>(new connection(std::move(made)));
}

connection::connection(std::shared_ptr<channel> c) : channel_(std::move(c)) {}
connection::~connection() {
  channel_->forget_listeners();
  channel_->stop();
}

void connection::start() { channel_->start(); }
void connection::stop() { channel_->stop(); }
void connection::reconnect() { channel_->reconnect(); }

void connection::send(const arguments& command, reply_handler done) {
  const std::vector<std::string_view> views(command.begin(), command.end());
  channel_->send(views, std::move(done));
}
void connection::send(std::span<const std::string_view> command, reply_handler done) {
  channel_->send(command, std::move(done));
}

void connection::on_state(std::function<void(bool)> listener) {
  channel_->on_state(std::move(listener));
}
bool connection::connected() const noexcept { return channel_->connected(); }
base::error_code connection::last_error() const noexcept { return channel_->last_error(); }
std::size_t connection::in_flight() const noexcept { return channel_->in_flight(); }
const endpoint& connection::where() const noexcept { return channel_->where(); }

}  // namespace varde::redis
