package dev.bulwark.benchmarks.ledger;

/** What is asked of the token endpoint. */
enum Workload {
  REFRESH("refresh"),
  CLIENT_CREDENTIALS("client_credentials"),
  MANY_CLIENTS("client_credentials of 200 clients"),
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
