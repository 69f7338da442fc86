package dev.bulwark.redis;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the connection.
 *
 * @param available whether the last contact succeeded
 * @param since when {@code available} last changed
 * @param error the last failure, without secrets; null while available
 */
public record RedisStatus(boolean available, Instant since, @Nullable String error) {}
