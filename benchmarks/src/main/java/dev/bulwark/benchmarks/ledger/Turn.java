package dev.bulwark.benchmarks.ledger;

/**
 * What one variant did in one turn.
 *
 * @param kind of the variant
 * @param cpu of the variant
 * @param walRecords bytes of write-ahead log without full page images
 * @param foreign seconds of CPU time that other processes of the machine took
 * @param stolen seconds that the machine did not get
 */
record Turn(Kind kind, Wrk.Result load, Cpu cpu, double walRecords, double foreign, double stolen) {

  private static final double MOST_FOREIGN_CORES = 0.075;
  private static final double MOST_STOLEN_CORES = 0.05;

  /** Whether something else took so much of the machine that the figures tell little. */
  boolean isDisturbed() {
    return foreign > MOST_FOREIGN_CORES * load.seconds()
        || stolen > MOST_STOLEN_CORES * load.seconds();
  }

  double perRequest(double amount) {
    return amount / load.requests();
  }
}
