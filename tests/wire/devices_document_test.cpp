// What docs/devices.md shows device makers is what the code reads and writes: every sample in it is
// tried here.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "wire/native.hpp"
#include "wire/scaip.hpp"

namespace varde::wire {
namespace {

/// The lines of the page that begin with `start`.
std::vector<std::string> lines_with(std::string_view start) {
  std::ifstream page{VARDE_SOURCE_DIR "/docs/devices.md"};
  std::vector<std::string> found;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with(start)) found.push_back(line);
  return found;
}

std::string bytes_of(const std::string& line) {
  std::istringstream words{line.substr(line.find(':') + 1)};
  std::string out;
  for (std::string word; words >> word;) out += static_cast<char>(std::stoi(word, nullptr, 16));
  return out;
}

TEST(devices_document, its_five_requests_are_read_without_a_problem) {
  const auto requests = lines_with("<mrq>");
  EXPECT_EQ(requests.size(), 5U);
  for (const auto& xml : requests) EXPECT_EQ(parse_mrq(xml)->problem, scaip_status::ok) << xml;
}

TEST(devices_document, its_answers_are_what_we_write) {
  const auto answers = lines_with("<mrs>");
  EXPECT_EQ(answers.size(), 2U);
  for (const auto& xml : answers) EXPECT_EQ(format_mrs(*parse_mrs(xml)), xml);
}

TEST(devices_document, its_native_frames_are_what_a_device_sends_and_hears) {
  const auto device_lines = lines_with("device: ");
  ASSERT_EQ(device_lines.size(), 2U);
  native_framer framer;
  const auto sent = bytes_of(device_lines[0]) + bytes_of(device_lines[1]);
  framer.feed(sent);
  const auto hello = parse_from_device(**framer.next());
  EXPECT_EQ(hello->hello().device(), "nt-1");
  EXPECT_EQ(hello->hello().protocol_version(), native_protocol_version);
  const auto signal = to_signal(parse_from_device(**framer.next())->signal(), "nt-1", {}, "");
  EXPECT_EQ(signal->id(), "nt-1/41");
  EXPECT_EQ(signal->device_type(), 3U);
  EXPECT_EQ(signal->status(), 10U);

  std::string answer;
  append_frame(make_acknowledge(41, alarm::verdict::received), answer);
  EXPECT_EQ(bytes_of(lines_with("centre: ").at(0)), answer);
}

}  // namespace
}  // namespace varde::wire
