package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.CpuTime;
import dev.bulwark.benchmarks.Frozen;
import dev.bulwark.benchmarks.MachineTime;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Asks the variants in turns; the processes of those that are not asked are stopped. A disturbed
 * turn is repeated, a few times at most. For one thread.
 */
final class Turns {

  private static final int RESTING_MILLIS = 1_000;
  private static final int SETTLING_SECONDS = 3;
  private static final int TRIES = 4;

  private final Plan plan;
  private final Wrk wrk;
  private final List<Side> sides;

  private int repeated;
  private int disturbed;

  Turns(Plan plan, List<Side> sides) {
    this.plan = plan;
    this.wrk = new Wrk(plan);
    this.sides = List.copyOf(sides);
  }

  /** A variant with what it is asked: each refresh has a session of its own, so does each side. */
  static final class Side {

    private final Variant variant;
    private final Map<Workload, Path> forms;

    /** Where the next turn goes on: more sessions are refreshed than one turn gets at. */
    private final Map<Workload, Integer> at = new EnumMap<>(Workload.class);

    Side(Variant variant, Map<Workload, Path> forms) {
      this.variant = variant;
      this.forms = forms;
    }
  }

  /** Turns that were made again because they were disturbed. */
  int repeated() {
    return repeated;
  }

  /** Turns that are among the results although they were disturbed, each time. */
  int disturbed() {
    return disturbed;
  }

  /** All are asked for so long, one after the other; nothing is told. */
  void warmUp(Workload workload, int connections, int seconds) throws Exception {
    for (Side side : sides) {
      turn(side, workload, connections, seconds);
    }
  }

  /** So many turns of each; another one is the first in each round. */
  List<Turn> run(Workload workload, int connections, int rounds, int seconds) throws Exception {
    List<Turn> turns = new ArrayList<>();
    for (int i = 1; i <= rounds; i++) {
      Progress.say(workload.title() + ", " + connections + " connections, " + i + " of " + rounds);
      for (int side = 0; side < sides.size(); side++) {
        turns.add(
            undisturbed(sides.get((i + side) % sides.size()), workload, connections, seconds));
      }
    }
    return turns;
  }

  private Turn undisturbed(Side active, Workload workload, int connections, int seconds)
      throws Exception {
    Turn turn = turn(active, workload, connections, seconds);
    int tries = plan.count(TRIES, 1);
    for (int i = 1; i < tries && turn.isDisturbed(); i++) {
      repeated++;
      turn = turn(active, workload, connections, seconds);
    }
    if (turn.isDisturbed()) {
      disturbed++;
    }
    return turn;
  }

  private Turn turn(Side active, Workload workload, int connections, int seconds) throws Exception {
    Variant variant = active.variant;
    List<Long> idle =
        sides.stream()
            .filter(side -> side != active)
            .flatMap(side -> side.variant.processes().stream())
            .toList();
    try (Frozen frozen = Frozen.freeze(idle)) {
      // It has been stopped itself: what it has to make up for is not measured.
      Thread.sleep(RESTING_MILLIS);
      load(active, workload, connections, SETTLING_SECONDS);
      Wal wal = Wal.now(variant.database());
      Cpu before = variant.cpu();
      double own = CpuTime.secondsWithEndedChildren(ProcessHandle.current().pid());
      MachineTime machine = MachineTime.now();
      Wrk.Result result = load(active, workload, connections, seconds);
      MachineTime spent = MachineTime.now().since(machine);
      Cpu cpu = variant.cpu().since(before);
      // wrk is among this process's ended children.
      double caller = CpuTime.secondsWithEndedChildren(ProcessHandle.current().pid()) - own;
      Wal end = Wal.now(variant.database());
      frozen.check();
      return new Turn(
          variant.kind(),
          result,
          cpu,
          wal.recordsUntil(variant.database(), end),
          Math.max(0, spent.busy() - cpu.sum() - caller),
          spent.stolen());
    }
  }

  private Wrk.Result load(Side side, Workload workload, int connections, int seconds)
      throws IOException, InterruptedException {
    Path forms = side.forms.get(workload);
    if (forms == null) {
      throw new IllegalStateException(workload.title());
    }
    Wrk.Result result =
        wrk.run(
            side.variant.tokenEndpoint(),
            forms,
            side.at.getOrDefault(workload, 0),
            connections,
            seconds);
    side.at.put(workload, result.at());
    return result;
  }
}
