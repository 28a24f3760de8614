// Open live feeds: who has one, what a frame goes to, and when one ends. A slow page never gets an
// endless backlog: its queue is thrown away and it gets a fresh snapshot once it has caught up. Web
// thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "http/websocket.hpp"

namespace varde::http {

class feeds {
 public:
  using frame = std::shared_ptr<const std::string>;
  /// Pages with the same audience get the same frames.
  using frame_maker = std::function<frame(const std::string& audience)>;

  struct feed {
    websocket_pointer socket;
    std::string user;
    std::string session;  // the sign-in session's name
    std::string audience;
    bool behind = false;  // its queue was thrown away; it waits for a snapshot
    bool ending = false;  // bye is said; nothing may come after it, nor push it out
  };

  struct options {
    std::size_t backlog_bytes_max = 4 * 1024 * 1024;
    frame_maker snapshot;
    /// What goes directly after a feed's first frame and after every snapshot in a slow one's
    /// place. May be empty.
    std::function<frame()> after_first;
    /// A message of the page. May be empty.
    std::function<void(const feed&, std::string_view)> on_message;
    /// The last feed of a user is gone. May be empty.
    std::function<void(const std::string& user)> on_last_gone;
  };

  explicit feeds(options o);
  ~feeds();
  feeds(const feeds&) = delete;
  feeds& operator=(const feeds&) = delete;

  /// Adds an open socket, whose first frame is `first`.
  void add(feed f, frame first);
  /// Sends each audience's frame, made once an audience, to all its pages. A null frame isn't sent.
  /// Returns to how many pages a frame went.
  std::size_t broadcast(const frame_maker& make);
  /// Sends a beat to everyone, and a snapshot to who was behind and has caught up.
  void beat();

  /// Says bye with the reason and closes.
  void close_session(std::string_view session, std::string_view reason, std::uint16_t code);
  void close_user(std::string_view user, std::string_view reason, std::uint16_t code);
  void close_all(std::string_view reason, std::uint16_t code);

  [[nodiscard]] bool empty() const noexcept { return feeds_.empty(); }
  [[nodiscard]] bool has_user(std::string_view user) const;

 private:
  using feed_list = std::list<feed>;
  void send(feed& f, const frame& text, const frame_maker& snapshot);
  void forget(feed_list::iterator at);
  template <class Predicate>
  void close_if(Predicate goes, std::string_view reason, std::uint16_t code);

  options options_;
  feed_list feeds_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace varde::http
