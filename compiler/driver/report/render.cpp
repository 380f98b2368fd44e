#include "compiler/driver/report/render.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>
#include <vector>

namespace hillock::driver {
namespace {

using namespace std::string_view_literals;

struct Part {
  std::string_view name;
  std::string_view content;
};

constexpr Part kParts[] = {
#include "report_html.inc"  // made from the files beside this one by cmake/EmbedFiles.cmake
};

std::string_view part(std::string_view name) {
  for (const Part& p : kParts) {
    if (p.name == name) return p.content;
  }
  throw std::logic_error(fmt::format("report: {} is not built in", name));
}

// Puts `value` where the template says @name@, which it must do exactly once.
void fill(std::string& page, std::string_view name, std::string_view value) {
  const std::string mark = fmt::format("@{}@", name);
  const std::size_t at = page.find(mark);
  if (at == std::string::npos || page.find(mark, at + 1) != std::string::npos) {
    throw std::logic_error(fmt::format("report: the template does not have one {}", mark));
  }
  page.replace(at, mark.size(), value);
}

}  // namespace

std::string script_json(const nlohmann::json& data) {
  // ensure_ascii escapes everything beyond ASCII, U+2028 and U+2029 with it; bytes that are no text
  // are replaced.
  const std::string text = data.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string render_report(const nlohmann::json& data) {
  std::string page(part("report.html"));
  fill(page, "STYLE", part("style.css"));
  fill(page, "LIBRARY", part("echarts.common.min.js"));
  std::string scripts;
  for (const char* name : {"draw.js", "network.js", "sample.js", "charts.js", "sections.js"}) {
    scripts += part(name);
  }
  fill(page, "SCRIPTS", scripts);
  fill(page, "DATA", script_json(data));
  return page;
}

}  // namespace hillock::driver
