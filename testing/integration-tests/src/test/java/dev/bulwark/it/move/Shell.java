package dev.bulwark.it.move;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.ShellBlock;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An operator who pastes the steps of docs/move into a shell at the root of the repository. */
final class Shell {

  private final Map<String, String> environment;

  Shell(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    String java = Path.of(System.getProperty("java.home"), "bin").toString();
    all.putIfAbsent("PATH", System.getenv("PATH"));
    all.merge("PATH", java, (path, first) -> first + File.pathSeparator + path);
    this.environment = Map.copyOf(all);
  }

  /** Runs what stands below a heading, up to the first command that fails. */
  Commands.Result step(String heading) {
    List<String> script =
        new ArrayList<>(ShellBlock.below("docs/move/prepare.md", "Before you begin"));
    try {
      script.addAll(ShellBlock.inFolder("docs/move", heading));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Commands.bash(Repository.root(), environment, "set -u\n" + String.join("", script));
  }
}
