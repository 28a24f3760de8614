// What the edge's tests share: a directory with certificates, a registry with a few devices, a core
// that answers as it is told, and the server between them. Nothing sleeps; everything waits for a
// condition with a deadline.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "alarm/admission.hpp"
#include "base/metrics.hpp"
#include "edge/certificates.hpp"
#include "edge/server.hpp"
#include "lanes/lane_set.hpp"
#include "registry/directory.hpp"

namespace varde::edge::test {

inline constexpr std::chrono::seconds patience{10};

/// A directory of its own that goes with it.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// Authorities and certificates, made once for all tests of the process.
struct test_certificates {
  scratch_directory directory;
  credentials authority, server, device, expired_device, stranger_authority, stranger;
  [[nodiscard]] static const test_certificates& get();

 private:
  test_certificates();
};

/// Takes admissions from the lanes on a thread of its own. Answers "received" at once unless told
/// to hold.
class fake_core {
 public:
  explicit fake_core(lanes::limits limits) : lanes{limits} {}
  ~fake_core() { stop(); }
  void start(std::vector<alarm::answer_sink*> sinks);
  void stop();
  /// From now on admissions wait…
  void hold();
  /// …until they are answered so, all of them.
  void release(alarm::verdict outcome = alarm::verdict::received);
  /// The admissions so far, when there are at least `count`; fewer if the deadline passes.
  std::vector<alarm::admission> wait_for(std::size_t count);

  lanes::lane_set<alarm::admission> lanes;
  std::atomic<alarm::verdict> outcome{alarm::verdict::received};

 private:
  void run();
  void answer(const std::vector<alarm::reply_address>& to, alarm::verdict with);

  std::vector<alarm::answer_sink*> sinks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<alarm::admission> seen_;
  std::vector<alarm::reply_address> held_;
  bool holding_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// A server on loopback with its core and registry. Change `given` before start().
class edge_fixture : public ::testing::Test {
 protected:
  edge_fixture();
  ~edge_fixture() override;

  void start();
  /// A device of municipality 4601, installed at resident "berit". Returns it to be filled in.
  registry::v1::Device& device(std::string_view protocol, std::string_view wire_id);
  registry::v1::MunicipalitySet& set() { return set_; }
  /// Puts the set in force; again after a change.
  void publish();
  /// The value of a counter or gauge in the metrics' text; 0 if there is none such.
  [[nodiscard]] double metric(std::string_view series) const;
  /// Waits until `holds`; false if the deadline passes.
  static bool eventually(const std::function<bool()>& holds);

  options given;
  base::metrics metrics;
  registry::directory directory;
  lanes::limits lane_limits{1024, 256};
  std::unique_ptr<fake_core> core;
  std::unique_ptr<edge::server> server;

 private:
  registry::v1::MunicipalitySet set_;
};

}  // namespace varde::edge::test
