package dev.bulwark.boot.revocation;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.jedis.JedisSettings;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties {@code bulwark.revocation.*}. Ranges are those of {@link CheckerOptions} and {@link
 * JedisSettings}; a value out of its range stops the start.
 *
 * @param url the Redis that Keycloak feeds, asked by Jedis; null: that of Spring Data Redis
 * @param username ACL user; null for the default user
 * @param password null for none, or the one in the URL
 * @param prefix as set at Keycloak's {@code redis-connection}
 * @param feedMaxAge how far Redis may be behind Keycloak for an answer to count
 * @param staleness zero: fail closed. Else the bound of bounded staleness
 * @param rememberedTokens for how many tokens the last answer is kept for bounded staleness
 * @param retryInterval time between two attempts to reach an unreachable Redis
 * @param connectTimeout longest wait for a connection
 * @param commandTimeout longest wait for an answer
 * @param poolSize connections to each node, with {@code url} only
 * @param nearCacheSize answers kept in this process, with {@code url} only; 0 for none
 * @param nearCacheMaxAge longest life of an answer in the near-cache
 * @param statusListIssuer URL of the realm whose Token Status Lists take the place of Redis; null:
 *     Redis
 * @param wrapDecoders whether every {@code JwtDecoder} and {@code ReactiveJwtDecoder} bean checks
 *     its tokens
 * @param tokenTypes values of Keycloak's claim {@code typ} that those decoders accept; at least one
 */
@ConfigurationProperties("bulwark.revocation")
public record RevocationProperties(
    @Nullable String url,
    @Nullable String username,
    @Nullable String password,
    @DefaultValue("") String prefix,
    @DefaultValue("60s") Duration feedMaxAge,
    @DefaultValue("0s") Duration staleness,
    @DefaultValue("10000") int rememberedTokens,
    @DefaultValue("500ms") Duration retryInterval,
    @DefaultValue("500ms") Duration connectTimeout,
    @DefaultValue("500ms") Duration commandTimeout,
    @DefaultValue("16") int poolSize,
    @DefaultValue("0") int nearCacheSize,
    @DefaultValue("10s") Duration nearCacheMaxAge,
    @Nullable String statusListIssuer,
    @DefaultValue("true") boolean wrapDecoders,
    @DefaultValue("Bearer") Set<String> tokenTypes) {

  /**
   * How the checker decides.
   *
   * @throws IllegalArgumentException if a value is out of its range
   */
  CheckerOptions options() {
    return CheckerOptions.builder()
        .prefix(prefix)
        .feedMaxAge(feedMaxAge)
        .staleness(staleness)
        .rememberedTokens(rememberedTokens)
        .retryInterval(retryInterval)
        .nearCacheMaxAge(nearCacheMaxAge)
        .build();
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "RevocationProperties[prefix=" + prefix + ", staleness=" + staleness + "]";
  }
}
