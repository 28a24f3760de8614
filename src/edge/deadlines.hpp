// One timer for all connections of a thread: their deadlines stand in a tree, the timer runs for
// the earliest. A timer object a connection would cost more memory than the rest of the session.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>

#include "base/time.hpp"

namespace varde::edge {

/// Something with at most one deadline. Takes itself out when it is destroyed.
class deadline_entry : public boost::intrusive::set_base_hook<
                           boost::intrusive::optimize_size<true>,
                           boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~deadline_entry() = default;
  /// The deadline has passed; it is no longer set. May set the next one.
  virtual void on_deadline() = 0;
  [[nodiscard]] base::steady_time due() const noexcept { return due_; }

  friend bool operator<(const deadline_entry& a, const deadline_entry& b) {
    return a.due_ < b.due_;
  }

 private:
  friend class deadlines;
  base::steady_time due_{};
};

/// On one io_context's thread only.
class deadlines {
 public:
  explicit deadlines(boost::asio::io_context& io);
  ~deadlines();

  /// Sets or moves the entry's deadline. time_point::max() takes it out. A deadline that has passed
  /// comes up soon, but never within the same round, so that nobody can hold the thread by it.
  void set(deadline_entry& entry, base::steady_time due);

 private:
  void arm();
  void expire();

  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      timer_;
  base::steady_time round_{};  // deadlines up to here are being served
  base::steady_time armed_ = base::steady_time::max();
  boost::intrusive::multiset<deadline_entry, boost::intrusive::constant_time_size<false>> waiting_;
};

}  // namespace varde::edge
