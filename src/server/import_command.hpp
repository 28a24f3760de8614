// `varde import`: one municipality's set from files into Redis, all or nothing.
#pragma once

#include <iosfwd>
#include <string>

#include "redis/endpoint.hpp"

namespace varde::server {

struct import_request {
  std::string path;         // a JSON file, or a directory of CSV files
  redis::endpoint where;    // Redis
  bool check_only = false;  // read and check the files alone; nothing is connected to or written
};

/// The exit status: 0 imported (or, checked only, good), 1 something is wrong in the files, 2 it
/// could not be done now. Every problem is one line on `errors`, what was imported one line on
/// `out`. Blocks.
[[nodiscard]] int run_import(const import_request& request, std::ostream& out,
                             std::ostream& errors);

}  // namespace varde::server
