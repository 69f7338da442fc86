package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Loads in turns, after a warm-up of each. */
final class Turns {

  private final Plan plan;
  private final Map<String, KeyLoad> loads = new LinkedHashMap<>();
  private final Map<String, List<KeyLoad.Result>> results = new LinkedHashMap<>();

  Turns(Plan plan) {
    this.plan = plan;
  }

  Turns with(String name, KeyLoad load) {
    loads.put(name, load);
    results.put(name, new ArrayList<>());
    return this;
  }

  /** Runs all. */
  Turns run(int rounds, int seconds) throws Exception {
    for (int i = 0; i < 2; i++) {
      for (KeyLoad load : loads.values()) {
        load.run(plan.count(12, 3));
      }
    }
    for (int i = 1; i <= rounds; i++) {
      Progress.say(loads.keySet() + ", round " + i + " of " + rounds);
      List<String> order = new ArrayList<>(loads.keySet());
      if (i % 2 == 0) {
        java.util.Collections.reverse(order);
      }
      for (String name : order) {
        results.computeIfAbsent(name, each -> new ArrayList<>()).add(load(name).run(seconds));
      }
    }
    return this;
  }

  private KeyLoad load(String name) {
    KeyLoad load = loads.get(name);
    if (load == null) {
      throw new IllegalStateException(name);
    }
    return load;
  }

  Samples samples(String name, ToDoubleFunction<KeyLoad.Result> figure) {
    return Samples.of(
        results.getOrDefault(name, List.of()).stream()
            .map(result -> figure.applyAsDouble(result))
            .toList());
  }

  Samples perSecond(String name) {
    return samples(name, KeyLoad.Result::perSecond);
  }
}
