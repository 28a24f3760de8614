// The options' words.
#include "server/command_options.hpp"

namespace varde::server {

void add_redis_options(CLI::App& command, redis_choice& choice) {
  command.add_option("--redis", choice.url, "unix:/path, redis://…, sentinel://… or cluster://…")
      ->type_name("URL");
  command.add_option("--config", choice.config_file, "Take the Redis of this configuration")
      ->type_name("FILE");
  command.add_flag("--embedded", choice.embedded, "Take the private Redis of --data DIR");
  command.add_option("--data", choice.data, "The embedded server's directory")->type_name("DIR");
}

}  // namespace varde::server
