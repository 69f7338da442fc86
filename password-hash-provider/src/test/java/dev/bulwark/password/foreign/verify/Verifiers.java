package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.argon2.Argon2Engine;
import dev.bulwark.password.foreign.StoredHash;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All verifiers of the bundle. */
public final class Verifiers {

  private final Map<String, PasswordVerifier> verifiers;

  /** With the engine that computes Argon2. */
  public Verifiers(Argon2Engine engine) {
    verifiers =
        Stream.concat(Stream.of(new Argon2Verifier(engine)), LegacyVerifiers.all().stream())
            .collect(Collectors.toMap(PasswordVerifier::algorithm, Function.identity()));
  }

  /** By algorithm. */
  public Map<String, PasswordVerifier> byAlgorithm() {
    return verifiers;
  }

  /** The one that is asked about a stored hash. */
  public PasswordVerifier of(StoredHash stored) {
    return Objects.requireNonNull(verifiers.get(stored.algorithm()), stored.algorithm());
  }
}
