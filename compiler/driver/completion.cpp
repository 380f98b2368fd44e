#include "compiler/driver/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "compiler/driver/options.h"

namespace hillock::driver {
namespace {

struct OptionWords {
  std::string name;  // "--lanes"
  std::string help;
  std::vector<std::string> choices;  // "rom|ram": what it takes; empty: anything
  bool flag = false;
  bool file = false;
};

struct Verb {
  std::string name;
  std::string help;
  std::vector<OptionWords> options;
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

// The words that an option takes, where its type lists them in lower case: "on|off".
std::vector<std::string> choices_of(const CLI::Option& option) {
  std::vector<std::string> out;
  const std::string type = option.get_type_name();
  if (type.find('|') == std::string::npos) return out;
  for (const std::string& word : split(type, '|')) {
    const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || (c >= '0' && c <= '9');
    });
    if (plain && !word.empty()) out.push_back(word);
  }
  return out;
}

std::vector<Verb> verbs_of(const CLI::App& app) {
  std::vector<Verb> verbs;
  for (const CLI::App* v : app.get_subcommands([](const CLI::App*) { return true; })) {
    Verb verb{v->get_name(), v->get_description(), {}};
    for (const CLI::Option* o : v->get_options()) {
      if (o->get_lnames().empty() || o->get_group().empty()) continue;
      const std::string type = o->get_type_name();
      const bool file = type.find("DIR") != std::string::npos ||
                        type.find("FILE") != std::string::npos ||
                        type.find('.') != std::string::npos || type.rfind("EXPLORE", 0) == 0;
      verb.options.push_back({"--" + o->get_lnames()[0], o->get_description(), choices_of(*o),
                              o->get_expected_min() == 0, file});
    }
    verbs.push_back(std::move(verb));
  }
  return verbs;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) {
    text.replace(at, 1, "'\\''");
  }
  return "'" + text + "'";
}

std::string bash(const std::vector<Verb>& verbs) {
  std::string names;
  std::string cases;
  for (const Verb& v : verbs) {
    names += (names.empty() ? "" : " ") + v.name;
    std::string options;
    std::string values;
    for (const OptionWords& o : v.options) {
      options += (options.empty() ? "" : " ") + o.name;
      if (!o.choices.empty()) {
        values += fmt::format("        {}) words={} ;;\n", o.name, quoted(joined(o.choices)));
      }
    }
    cases +=
        fmt::format("    {})\n      case \"$before\" in\n{}        *) words={} ;;\n      esac ;;\n",
                    v.name, values, quoted(options));
  }
  return fmt::format(R"(# bash completion of hillock: source <(hillock completion bash)
_hillock() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '{}' -- "$word"))
    return
  fi
  case "${{COMP_WORDS[1]}}" in
{}  esac
  if [[ $word == -* || $words != *--* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
  if ((${{#COMPREPLY[@]}} == 0)); then COMPREPLY=($(compgen -f -- "$word")); fi
}}
complete -o filenames -F _hillock hillock
)",
                     names, cases);
}

std::string zsh_text(std::string text) {
  for (const char c : std::string("[]:")) {
    for (std::size_t at = 0; (at = text.find(c, at)) != std::string::npos; at += 2) {
      text.insert(at, "\\");
    }
  }
  return text;
}

std::string zsh(const std::vector<Verb>& verbs) {
  std::string names;
  std::string cases;
  for (const Verb& v : verbs) {
    names += "    " + quoted(v.name + ":" + zsh_text(v.help)) + "\n";
    cases += fmt::format("    {}) _arguments", v.name);
    for (const OptionWords& o : v.options) {
      std::string spec = o.name + "[" + zsh_text(o.help) + "]";
      if (!o.flag) {
        spec += ":value:";
        if (!o.choices.empty()) {
          spec += "(" + joined(o.choices) + ")";
        } else if (o.file) {
          spec += "_files";
        }
      }
      cases += " \\\n      " + quoted(spec);
    }
    cases += " \\\n      '*:file:_files' ;;\n";
  }
  return fmt::format(R"(#compdef hillock
# zsh completion of hillock: source <(hillock completion zsh)
_hillock() {{
  local -a verbs
  verbs=(
{}  )
  if ((CURRENT == 2)); then
    _describe 'verb' verbs
    return
  fi
  local verb=${{words[2]}}
  shift words
  ((CURRENT--))
  case $verb in
{}  esac
}}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hillock "$@"; else compdef _hillock hillock; fi
)",
                     names, cases);
}

std::string fish(const std::vector<Verb>& verbs) {
  std::string out = "# fish completion of hillock: hillock completion fish | source\n";
  for (const Verb& v : verbs) {
    out += fmt::format("complete -c hillock -n __fish_use_subcommand -f -a {} -d {}\n", v.name,
                       quoted(v.help));
    for (const OptionWords& o : v.options) {
      out += fmt::format("complete -c hillock -n '__fish_seen_subcommand_from {}' -l {} -d {}",
                         v.name, o.name.substr(2), quoted(o.help));
      if (!o.flag) out += o.file ? " -r" : " -x";
      if (!o.choices.empty()) out += " -a " + quoted(joined(o.choices));
      out += "\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  const std::vector<Verb> verbs = verbs_of(app);
  if (shell == "bash") return bash(verbs);
  if (shell == "zsh") return zsh(verbs);
  if (shell == "fish") return fish(verbs);
  throw UsageError(fmt::format("completion is for bash, zsh and fish, not for \"{}\"", shell));
}

}  // namespace hillock::driver
