package dev.bulwark.benchmarks.passwords;

import java.util.concurrent.Semaphore;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProvider;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Keycloak's own Argon2 provider (BouncyCastle inside), at the bundle's cost. */
@State(Scope.Benchmark)
public class KeycloakBenchmark {

  private static final int PROVIDERS_OWN_ITERATIONS = -1;

  private final PasswordHashProvider provider =
      new Argon2PasswordHashProvider(
          "1.3",
          "id",
          Cost.HASH_LENGTH,
          Cost.SHIPPED.memory(),
          Cost.SHIPPED.iterations(),
          Cost.SHIPPED.parallelism(),
          new Semaphore(Runtime.getRuntime().availableProcessors()));

  /** Guards against a comparison at unequal cost. */
  @Setup
  public void check() {
    String strength = provider.credentialHashingStrength(hash());
    if (!strength.equals("Argon2id-1.3[m=65536,t=3,p=4]")) {
      throw new IllegalStateException("Keycloak's provider computes " + strength);
    }
  }

  @Benchmark
  public PasswordCredentialModel hash() {
    return provider.encodedCredential("correct-dev-battery", PROVIDERS_OWN_ITERATIONS);
  }
}
