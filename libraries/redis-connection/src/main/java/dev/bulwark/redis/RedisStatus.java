package dev.bulwark.redis;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of the connection.
 *
 * @param available whether the last contact succeeded
 * @param since when {@code available} last changed
 * @param error the last failure, for the operator, without secrets; null while available
 * @param reason its kind in a word that says nothing about addresses and users; null while
 *     available
 */
public record RedisStatus(
    boolean available, Instant since, @Nullable String error, @Nullable String reason) {}
