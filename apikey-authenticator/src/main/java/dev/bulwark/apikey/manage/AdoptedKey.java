package dev.bulwark.apikey.manage;

/**
 * An imported key.
 *
 * @param key as it is stored
 * @param created false when the owner had it already
 */
public record AdoptedKey(ApiKey key, boolean created) {}
