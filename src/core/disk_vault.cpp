// Serialising, hopping threads, and remembering across a restart how far the ledger is known to
// have everything: a small file beside the vault, whose loss only means that more is compared.
#include "core/disk_vault.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <thread>

#include "ledger/frames.hpp"
#include "varde/ledger/v1/vaulted.pb.h"
#include "vault/log.hpp"

namespace varde::core {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t record_format = 1;
/// How often the file beside the vault is written at most.
constexpr std::chrono::seconds remember_every{1};

vault_sequence read_number(const std::string& file) {
  std::ifstream in{file};
  std::string text;
  std::getline(in, text);
  vault_sequence number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

/// A VaultedCommit, its entries put behind the rest as the bytes that they are already.
std::string record_of(const ledger::commit& c) {
  ledger::v1::VaultedCommit head;
  head.set_format(record_format);
  head.set_municipality(c.municipality);
  head.set_subject(c.subject);
  head.set_expected_version(c.expected_version);
  auto size = head.ByteSizeLong();
  for (const auto& entry : c.entries) size += ledger::entry_head_bytes_max + entry.size();
  std::string record;
  record.reserve(size);
  head.AppendToString(&record);
  for (const auto& entry : c.entries)
    ledger::append_entry(record, ledger::v1::VaultedCommit::kEntriesFieldNumber, entry);
  return record;
}

std::string record_of(const std::vector<vault_sequence>& withdrawn) {
  ledger::v1::VaultedCommit record;
  record.set_format(record_format);
  record.mutable_withdrawn()->Assign(withdrawn.begin(), withdrawn.end());
  return record.SerializeAsString();
}

/// nullopt if the bytes are no record of a format we know.
std::optional<vaulted> parse(vault_sequence number, std::string_view bytes) {
  ledger::v1::VaultedCommit record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      record.format() != record_format)
    return std::nullopt;
  auto& entries = *record.mutable_entries();
  return vaulted{number,
                 record.municipality(),
                 record.subject(),
                 record.expected_version(),
                 {std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end())},
                 {record.withdrawn().begin(), record.withdrawn().end()}};
}

}  // namespace

struct disk_vault::parts {
  parts(asio::io_context& context, std::unique_ptr<vault::log> opened, std::string file)
      : io(context),
        log(std::move(opened)),
        confirmed_file(std::move(file)),
        confirmed(std::min(read_number(confirmed_file), log->last())) {
    // What was pruned had been confirmed, whatever the file says.
    if (log->recovered().first > 0) confirmed = std::max(confirmed, log->recovered().first - 1);
    // A number from before the vault was lost must not come true as the new one grows.
    remember();
  }

  base::result<std::vector<vaulted>> read(vault_sequence from, std::size_t most) const {
    std::vector<vaulted> out;
    const auto done = log->read(
        from,
        [&out](vault_sequence number, base::wall_time, std::string_view bytes) {
          if (auto record = parse(number, bytes))
            out.push_back(std::move(*record));
          else
            spdlog::error("vault: record {} can't be read and is passed over", number);
        },
        from + most - 1);
    if (!done) return done.error();
    return out;
  }

  void remember() const {
    const std::string part = confirmed_file + ".part";
    std::ofstream out{part, std::ios::trunc};
    out << confirmed << '\n';
    out.close();
    if (out) std::rename(part.c_str(), confirmed_file.c_str());
  }

  asio::io_context& io;
  std::unique_ptr<vault::log> log;
  std::string confirmed_file;
  vault_sequence confirmed;
  base::steady_time remembered{};
  std::thread reading;
};

base::result<std::unique_ptr<disk_vault>> disk_vault::open(vault::options options,
                                                           asio::io_context& io,
                                                           base::metrics& metrics) {
  const std::string beside = options.directories.front() + ".confirmed";
  auto opened = vault::log::open(std::move(options), metrics);
  if (!opened) return opened.error();
  return std::unique_ptr<disk_vault>{
      new disk_vault{std::make_unique<parts>(io, std::move(*opened), beside)}};
}

disk_vault::disk_vault(std::unique_ptr<parts> p) : parts_(std::move(p)) {}

disk_vault::~disk_vault() {
  if (parts_->reading.joinable()) parts_->reading.join();
  parts_->log.reset();
  parts_->remember();
}

void disk_vault::append(const std::vector<ledger::commit>& commits,
                        std::vector<vault_sequence> withdrawn,
                        std::function<void(base::result<vault_sequence>)> done) {
  std::vector<std::string> records;
  records.reserve(commits.size() + 1);
  if (commits.empty() || !withdrawn.empty()) records.push_back(record_of(withdrawn));
  for (const auto& c : commits) records.push_back(record_of(c));
  parts_->log->append(std::move(records), [&io = parts_->io, done = std::move(done)](
                                              base::result<vault_sequence> last) mutable {
    asio::post(io, [done = std::move(done), last = std::move(last)] { done(last); });
  });
}

void disk_vault::read(vault_sequence from, std::size_t most,
                      std::function<void(base::result<std::vector<vaulted>>)> done) {
  if (parts_->reading.joinable()) parts_->reading.join();
  parts_->reading = std::thread([p = parts_.get(), from, most, done = std::move(done)]() mutable {
    auto page = std::make_shared<base::result<std::vector<vaulted>>>(p->read(from, most));
    asio::post(p->io, [page, done = std::move(done)] { done(std::move(*page)); });
  });
}

void disk_vault::confirm(vault_sequence upto) {
  parts_->log->confirm(upto);
  parts_->confirmed = std::max(parts_->confirmed, upto);
  const auto now = std::chrono::steady_clock::now();
  if (now - parts_->remembered < remember_every) return;
  parts_->remembered = now;
  parts_->remember();
}

vault_sequence disk_vault::doubtful_from() const { return parts_->confirmed + 1; }

std::string disk_vault::trouble() const { return parts_->log->state().reason; }

}  // namespace varde::core
