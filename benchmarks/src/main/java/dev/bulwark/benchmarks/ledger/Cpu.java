package dev.bulwark.benchmarks.ledger;

/**
 * CPU time of the parts of a variant, seconds.
 *
 * @param redis 0 where there is none
 */
record Cpu(double keycloak, double postgres, double redis) {

  Cpu since(Cpu before) {
    return new Cpu(keycloak - before.keycloak, postgres - before.postgres, redis - before.redis);
  }

  double sum() {
    return keycloak + postgres + redis;
  }
}
