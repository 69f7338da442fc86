package dev.bulwark.benchmarks.passwords;

import dev.bulwark.options.MapScope;
import dev.bulwark.password.Argon2HashProviderFactory;
import dev.bulwark.password.argon2.NativeArgon2Engine;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.StoredHash;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The bundle's whole provider around a hash that costs little: options, permits, metrics (with a
 * registry that counts), encoding, comparison and the call through JNA.
 */
@State(Scope.Benchmark)
public class ProviderBenchmark {

  private static final String PASSWORD = "correct-dev-battery";
  private static final int PROVIDERS_OWN_ITERATIONS = -1;

  private final PasswordHashProvider provider = provider();
  private final PasswordCredentialModel stored = stored();

  private static PasswordHashProvider provider() {
    Metrics.addRegistry(new SimpleMeterRegistry());
    Argon2HashProviderFactory factory = new Argon2HashProviderFactory();
    factory.init(
        MapScope.of(
            "memory", "" + Cost.LEAST_OPTIONS.memory(),
            "iterations", "" + Cost.LEAST_OPTIONS.iterations(),
            "parallelism", "" + Cost.LEAST_OPTIONS.parallelism()));
    return factory.create(unusedSession());
  }

  /** The provider asks its session only whose hash is corrupt; none is here. */
  private static KeycloakSession unusedSession() {
    return (KeycloakSession)
        Proxy.newProxyInstance(
            ProviderBenchmark.class.getClassLoader(),
            new Class<?>[] {KeycloakSession.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }

  private static PasswordCredentialModel stored() {
    byte[] salt = "sixteen-byte-sal".getBytes(StandardCharsets.UTF_8);
    byte[] hash =
        NativeArgon2Engine.load()
            .hash(Cost.LEAST.parameters(), PASSWORD.getBytes(StandardCharsets.UTF_8), salt);
    StoredHash fields =
        new StoredHash(
            Argon2HashProviderFactory.ID,
            Cost.LEAST.iterations(),
            Argon2Fields.write(Cost.LEAST.parameters()),
            Base64.getEncoder().encodeToString(hash),
            salt);
    CredentialModel credential = new CredentialModel();
    credential.setType(PasswordCredentialModel.TYPE);
    credential.setCredentialData(fields.credentialData());
    credential.setSecretData(fields.secretData());
    return PasswordCredentialModel.createFromCredentialModel(credential);
  }

  @Setup
  public void check() {
    HashBenchmark.requireExpected(NativeArgon2Engine.load());
    if (!verify()) {
      throw new IllegalStateException("the right password is refused");
    }
  }

  @Benchmark
  public PasswordCredentialModel encode() {
    return provider.encodedCredential(PASSWORD, PROVIDERS_OWN_ITERATIONS);
  }

  @Benchmark
  public boolean verify() {
    return provider.verify(PASSWORD, stored);
  }
}
