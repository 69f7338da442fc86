package dev.bulwark.limit;

import java.time.Duration;

/**
 * A sliding window of one key.
 *
 * @param key Redis key, the same on every node
 * @param limit most attempts that it may hold, at least 1
 * @param length how long it holds an attempt
 * @param scope what the key stands for
 */
public record Window(String key, int limit, Duration length, Scope scope) {}
