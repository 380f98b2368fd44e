// hillock: entry point. Exit status: 0 done, 1 the input is at fault, 2 wrong usage, 3 RTL and model
// disagree, 70 a bug of ours.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "compiler/driver/cli.h"
#include "compiler/support/diagnostics.h"

int main(int argc, char** argv) {
  try {
    return hillock::driver::run_command_line({argv + 1, argv + argc});
  } catch (const hillock::support::InputError& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  } catch (const hillock::driver::UsageError& e) {
    fmt::print(stderr, "hillock: {}\n  help: see `hillock --help`\n", e.what());
    return 2;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "hillock: error: out of memory\n  help: use a smaller network or fewer --jobs\n");
    return 1;
  } catch (const std::exception& e) {
    fmt::print(stderr,
               "hillock: internal error: {}\n  help: this is a bug of Hillock; please report it with "
               "the command and the model\n",
               e.what());
    return 70;
  }
}
