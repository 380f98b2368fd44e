// A named pipe that a simulation writes its waveform to and a thread reads it from, so that no
// waveform is kept: that of one inference can be a gigabyte.
#pragma once

#include <atomic>
#include <exception>
#include <filesystem>
#include <functional>
#include <string_view>
#include <thread>

namespace hillock::driver {

class WavePipe {
 public:
  // Makes the pipe `path` and begins to read; `piece` gets the text as it comes, on another thread.
  // Throws InputError (output-unwritable).
  WavePipe(std::filesystem::path path, std::function<void(std::string_view)> piece);
  ~WavePipe();
  WavePipe(const WavePipe&) = delete;
  WavePipe& operator=(const WavePipe&) = delete;

  // The writer has closed it: reads the rest, and throws what `piece` threw.
  void finish();

 private:
  void read();
  void stop();

  std::filesystem::path path_;
  std::function<void(std::string_view)> piece_;
  int file_ = -1;
  std::atomic<bool> written_{false};
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace hillock::driver
