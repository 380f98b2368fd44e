// Shows libFuzzer what a forked child covered (read_nir() calls HDF5 in one): the pages that hold
// the counters of the instrumented code become pages that parent and child share. Only whole pages
// do: what else lies on the first and last one must stay the child's own.
#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

extern "C" {
extern std::uint8_t __start___sancov_cntrs[];  // NOLINT: the linker's names
extern std::uint8_t __stop___sancov_cntrs[];   // NOLINT
}

namespace {

void hurry() {
  const itimerval third{{0, 0}, {0, 333'333}};  // of the child's own time
  ::setitimer(ITIMER_VIRTUAL, &third, nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  ::pthread_atfork(nullptr, nullptr, hurry);
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto from =
      (reinterpret_cast<std::uintptr_t>(__start___sancov_cntrs) + page - 1) / page * page;
  const auto to = reinterpret_cast<std::uintptr_t>(__stop___sancov_cntrs) / page * page;
  if (from >= to) return 0;
  auto* const begin = reinterpret_cast<std::uint8_t*>(from);
  const std::vector<std::uint8_t> now(begin, begin + (to - from));
  void* const shared = ::mmap(begin, now.size(), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (shared != begin) std::abort();
  std::memcpy(begin, now.data(), now.size());
  return 0;
}
