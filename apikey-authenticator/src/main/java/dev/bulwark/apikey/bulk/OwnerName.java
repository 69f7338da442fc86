package dev.bulwark.apikey.bulk;

import dev.bulwark.apikey.key.OwnerType;

/**
 * How a row names the owner of its key.
 *
 * @param type user or client
 * @param text the internal id, or what the owner is called
 * @param byId whether it is the internal id
 */
public record OwnerName(OwnerType type, String text, boolean byId) {}
