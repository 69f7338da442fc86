package dev.bulwark.benchmarks.ledger;

/** What a measured Keycloak has beside itself. */
enum Kind {
  /** Nothing. */
  WITHOUT("without"),
  /** The bundle and a Redis. */
  BUNDLE("bundle");

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
