package dev.bulwark.benchmarks.ledger;

/** What is asked of the token endpoint. */
enum Workload {
  REFRESH("refresh"),
  CLIENT_CREDENTIALS("client_credentials"),
  LOGIN("login by password");

  private final String title;

  Workload(String title) {
    this.title = title;
  }

  /** As the table names it. */
  String title() {
    return title;
  }
}
