// The Prometheus text that operators' monitoring reads.
#include "base/metrics.hpp"

#include <gtest/gtest.h>

using namespace varde::base;

TEST(metrics, counters_gauges_and_readings_are_rendered_with_labels) {
  metrics all;
  all.make_counter("varde_things_total", "Things.", {{"lane", "life"}}).add(3);
  all.make_gauge("varde_level", "A level.").set(-2);
  all.make_reading("varde_asked", "Asked for.", [] { return 7.0; });
  const auto text = all.render();
  EXPECT_NE(text.find("varde_things_total{lane=\"life\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("varde_level -2"), std::string::npos);
  EXPECT_NE(text.find("varde_asked 7"), std::string::npos);
}

TEST(metrics, a_latency_falls_into_the_first_bucket_that_holds_it) {
  latency_histogram h;
  h.record(std::chrono::microseconds{49});
  h.record(std::chrono::microseconds{51});
  h.record(std::chrono::hours{1});
  const auto counts = h.counts();
  EXPECT_EQ(counts[0], 1u);
  EXPECT_EQ(counts[1], 1u);
  EXPECT_EQ(counts[latency_histogram::bucket_count], 1u);
  EXPECT_NEAR(h.sum_s(), 3600.0001, 1e-6);
}
