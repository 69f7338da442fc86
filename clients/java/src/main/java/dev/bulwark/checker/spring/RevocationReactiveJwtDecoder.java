package dev.bulwark.checker.spring;

import dev.bulwark.checker.RevocationChecker;
import java.util.concurrent.CompletableFuture;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * {@link RevocationJwtDecoder} for WebFlux. The request blocks a thread of Reactor's bounded
 * elastic scheduler, and never the event loop. Thread-safe.
 */
public final class RevocationReactiveJwtDecoder implements ReactiveJwtDecoder {

  private final ReactiveJwtDecoder delegate;
  private final OAuth2TokenValidator<Jwt> validator;
  private final Scheduler scheduler;

  /**
   * A decoder.
   *
   * @param delegate verifies signature, issuer, audience and times
   * @param checker stays the caller's to close
   */
  public RevocationReactiveJwtDecoder(ReactiveJwtDecoder delegate, RevocationChecker checker) {
    this(delegate, new RevocationValidator(checker));
  }

  /**
   * A decoder with another way to check.
   *
   * @param delegate verifies signature, issuer, audience and times
   * @param validator a {@link RevocationValidator} or {@link StatusListValidator}
   */
  public RevocationReactiveJwtDecoder(
      ReactiveJwtDecoder delegate, OAuth2TokenValidator<Jwt> validator) {
    this.delegate = delegate;
    this.validator = validator;
    this.scheduler = Schedulers.boundedElastic();
  }

  /** Decodes a token. The errors are those of {@link RevocationJwtDecoder#decode}. */
  @Override
  public Mono<Jwt> decode(String token) {
    return delegate
        .decode(token)
        // Spring Security's decoders have these where the keys or the issuer cannot be fetched.
        .onErrorMap(IllegalStateException.class, TokenVerdict::unverified)
        .onErrorMap(JwtDecoderInitializationException.class, TokenVerdict::unverified)
        .flatMap(jwt -> Mono.fromFuture(() -> check(jwt)));
  }

  /**
   * By a future: cancelling it interrupts no thread. A caller who hangs up must not disturb the
   * connection to Redis, which others share.
   */
  private CompletableFuture<Jwt> check(Jwt jwt) {
    return CompletableFuture.supplyAsync(
        () -> TokenVerdict.require(validator, jwt), scheduler::schedule);
  }
}
