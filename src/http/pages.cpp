// Reading and serving the built pages.
#include "http/pages.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/hash.hpp"
#include "http/error.hpp"

namespace varde::http {

namespace {

namespace fs = std::filesystem;

/// Vite puts what it has given a hash in its name into assets/.
constexpr std::string_view hashed_prefix = "/assets/";

struct type_row {
  std::string_view extension, type;
};
constexpr std::array type_table{
    type_row{".html", "text/html; charset=utf-8"},
    type_row{".js", "text/javascript; charset=utf-8"},
    type_row{".mjs", "text/javascript; charset=utf-8"},
    type_row{".css", "text/css; charset=utf-8"},
    type_row{".json", "application/json"},
    type_row{".map", "application/json"},
    type_row{".webmanifest", "application/manifest+json"},
    type_row{".svg", "image/svg+xml"},
    type_row{".png", "image/png"},
    type_row{".ico", "image/x-icon"},
    type_row{".jpg", "image/jpeg"},
    type_row{".webp", "image/webp"},
    type_row{".woff2", "font/woff2"},
    type_row{".woff", "font/woff"},
    type_row{".txt", "text/plain; charset=utf-8"},
    type_row{".mp3", "audio/mpeg"},
    type_row{".ogg", "audio/ogg"},
    type_row{".wav", "audio/wav"},
};

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::nullopt;
  std::string content{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) return std::nullopt;
  return content;
}

std::string_view page_path(std::string_view path) {
  if (path == "/") return "/index.html";
  if (path == "/felt" || path == "/felt/") return "/felt/index.html";
  return path;
}

}  // namespace

std::string_view media_type(std::string_view path) {
  for (const auto& row : type_table)
    if (path.ends_with(row.extension)) return row.type;
  return "application/octet-stream";
}

base::result<pages> pages::read(const std::string& directory) {
  pages out;
  std::error_code failed;
  std::size_t total_bytes = 0;
  for (fs::recursive_directory_iterator at{directory, failed}, end; !failed && at != end;
       at.increment(failed)) {
    if (at->is_symlink() || !at->is_regular_file()) continue;
    auto content = read_file(at->path());
    if (!content) return error::bad_pages;
    total_bytes += content->size();
    if (total_bytes > total_bytes_max || out.files_.size() == files_max) return error::bad_pages;
    const std::string name = "/" + at->path().lexically_relative(directory).generic_string();
    file f;
    f.etag = '"' + base::sha256_hex(*content).substr(0, 32) + '"';
    f.content = std::make_shared<const std::string>(std::move(*content));
    f.type = media_type(name);
    f.immutable = name.starts_with(hashed_prefix);
    out.files_.emplace(name, std::move(f));
  }
  if (failed) return error::bad_pages;
  return out;
}

std::optional<response> pages::find(const request& in) const {
  const auto at = files_.find(page_path(in.path));
  if (at == files_.end()) return std::nullopt;
  const file& f = at->second;
  response out;
  out.headers = {
      {"ETag", f.etag},
      {"Cache-Control", f.immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  const auto known = in.header("if-none-match");
  if (known && known->find(f.etag) != std::string_view::npos) {
    out.status = 304;
    return out;
  }
  out.headers.emplace_back("Content-Type", f.type);
  out.shared_body = f.content;
  return out;
}

}  // namespace varde::http
