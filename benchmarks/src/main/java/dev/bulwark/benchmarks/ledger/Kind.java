package dev.bulwark.benchmarks.ledger;

/** What a measured Keycloak has beside itself. */
enum Kind {
  /** Nothing. */
  WITHOUT("without"),
  /** The bundle and a Redis, with {@code ledger=strict}: rows are committed before a response. */
  STRICT("strict"),
  /** The bundle and a Redis, with {@code ledger=behind}: reserved ids, rows after the response. */
  BEHIND("behind");

  private final String title;

  Kind(String title) {
    this.title = title;
  }

  /** As the table and the names of files have it. */
  String title() {
    return title;
  }

  boolean hasBundle() {
    return this != WITHOUT;
  }
}
