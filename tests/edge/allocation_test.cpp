// A heartbeat costs no memory: everything that is taken from the heap is counted here, by C++ and
// by OpenSSL, while a device beats.
#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string_view>

#include "harness.hpp"
#include "stranger.hpp"

namespace {

std::atomic<bool> counting{false};
std::atomic<std::size_t> counted{0};

/// Only what edge threads take.
void count() {
  if (!counting.load(std::memory_order_relaxed)) return;
  std::array<char, 16> name{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  if (std::string_view{name.data()} == "varde-edge") counted.fetch_add(1);
}

void* take_for_openssl(std::size_t size, const char*, int) {
  count();
  return std::malloc(size);
}
void* retake_for_openssl(void* old, std::size_t size, const char*, int) {
  count();
  return std::realloc(old, size);
}
void free_for_openssl(void* old, const char*, int) { std::free(old); }

// Before OpenSSL takes anything.
const int openssl_counts =
    CRYPTO_set_mem_functions(take_for_openssl, retake_for_openssl, free_for_openssl);

}  // namespace

void* operator new(std::size_t size) {
  count();
  if (void* const made = std::malloc(size)) return made;
  throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  count();
  return std::malloc(size);
}
void operator delete(void* old) noexcept { std::free(old); }
void operator delete(void* old, std::size_t) noexcept { std::free(old); }

namespace varde::edge::test {
namespace {

class allocation : public edge_fixture {};

TEST_F(allocation, a_heartbeat_takes_nothing_from_the_heap) {
  ASSERT_EQ(openssl_counts, 1);
  device("native", "ABC-1");
  publish();
  start();
  stranger one{server->bound().native_tls};
  ASSERT_TRUE(one.say_hello("ABC-1"));
  ASSERT_TRUE(one.next()->has_welcome());
  std::uint64_t sequence = 0;
  const auto beat = [&] {
    device::v1::FromDevice message;
    message.mutable_heartbeat()->set_sequence(++sequence);
    const auto answer = one.send(message) ? one.next() : std::nullopt;
    return answer && answer->has_heartbeat() && answer->heartbeat().sequence() == sequence;
  };
  constexpr int to_warm_up = 5, while_counting = 50;
  for (int i = 0; i < to_warm_up; ++i) ASSERT_TRUE(beat());
  counting = true;
  for (int i = 0; i < while_counting; ++i) EXPECT_TRUE(beat());
  counting = false;
  EXPECT_EQ(counted.load(), 0u);

  counting = true;
  EXPECT_TRUE(one.send_signal(1) && one.next());
  counting = false;
  EXPECT_GT(counted.load(), 0u);  // the counting counts
}

}  // namespace
}  // namespace varde::edge::test
