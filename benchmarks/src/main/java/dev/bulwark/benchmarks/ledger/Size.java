package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Plan;

/**
 * How much is in the databases before anything is measured.
 *
 * @param users of the realm, in Keycloak's tables
 * @param sessions of these users, in Keycloak's tables
 * @param tokens live ones of these sessions, in the ledger
 * @param callers further users that log in during the measurement
 * @param refreshed further sessions that are refreshed in turn, more than Keycloak's cache holds
 */
record Size(int users, int sessions, int tokens, int callers, int refreshed) {

  static Size of(Plan plan) {
    return plan.quick()
        ? new Size(2_000, 4_000, 10_000, 50, 300)
        : new Size(200_000, 400_000, 1_000_000, 2_000, 20_000);
  }
}
