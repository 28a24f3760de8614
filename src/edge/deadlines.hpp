// The deadlines of all connections of a thread, in one tree: the thread waits no longer than until
// the earliest. A timer object a connection would cost more memory than the rest of the session.
#pragma once

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

  friend bool operator<(const deadline_entry& a, const deadline_entry& b) {
    return a.due_ < b.due_;
  }

 private:
  friend class deadlines;
  base::steady_time due_{};     // its place in the tree…
  base::steady_time wanted_{};  // …from which it is moved on when that has come, if this is later
};

/// On one thread only. Most deadlines move later with each message: an entry stays where it is
/// then, and its neighbours in the tree, other connections, are left alone.
class deadlines {
 public:
  deadlines() = default;
  ~deadlines();

  /// Sets or moves the entry's deadline. time_point::max() takes it out. A deadline that has passed
  /// comes up soon, but never within the same round, so that nobody can hold the thread by it.
  void set(deadline_entry& entry, base::steady_time due);
  /// Calls those whose deadline has passed.
  void expire(base::steady_time now);
  /// The earliest; time_point::max() if there is none.
  [[nodiscard]] base::steady_time next() const;

 private:
  void insert(deadline_entry& entry, base::steady_time due);

  base::steady_time round_{};  // deadlines up to here are being served
  boost::intrusive::multiset<deadline_entry, boost::intrusive::constant_time_size<false>> waiting_;
};

}  // namespace varde::edge
