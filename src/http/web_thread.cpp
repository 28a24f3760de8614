// Posting and ticking by Asio.
#include "http/web_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace varde::http {

struct web_thread::ticker : std::enable_shared_from_this<ticker> {
  ticker(boost::asio::io_context& context, std::chrono::milliseconds every,
         std::function<void()> what)
      : timer{context}, interval{every}, task{std::move(what)} {}

  void arm() {
    timer.expires_after(interval);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& failed) {
      const auto self = weak.lock();
      if (failed || !self) return;
      self->task();
      self->arm();
    });
  }

  boost::asio::steady_timer timer;
  std::chrono::milliseconds interval;
  std::function<void()> task;
};

web_thread::web_thread(boost::asio::io_context& context) : context_{context} {}
web_thread::~web_thread() = default;

void web_thread::post(std::function<void()> task) { boost::asio::post(context_, std::move(task)); }

void web_thread::every(std::chrono::milliseconds interval, std::function<void()> task) {
  tickers_.push_back(std::make_shared<ticker>(context_, interval, std::move(task)));
  tickers_.back()->arm();
}

void web_thread::after(std::chrono::steady_clock::duration delay, std::function<void()> task) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(context_, delay);
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& failed) {
    if (!failed) task();
  });
}

}  // namespace varde::http
