package dev.bulwark.benchmarks.ledger;

/** What is asked of the token endpoint. */
enum Workload {
  REFRESH("refresh", 60),
  CLIENT_CREDENTIALS("client_credentials", 40),
  MANY_CLIENTS("client_credentials of 200 clients", 70),
  /** Nothing is promised. */
  LOGIN("login by password", 0);

  private final String title;
  private final double mostMicros;

  Workload(String title, double mostMicros) {
    this.title = title;
    this.mostMicros = mostMicros;
  }

  /** CPU time a request that the bundle may add (R7), microseconds; 0 where none is promised. */
  double mostMicros() {
    return mostMicros;
  }

  /** As the table names it. */
  String title() {
    return title;
  }
}
