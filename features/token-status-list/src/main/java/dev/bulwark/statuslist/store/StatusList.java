package dev.bulwark.statuslist.store;

/**
 * A list, as its row has it. Immutable.
 *
 * @param id unguessable
 * @param realmId internal id of the realm
 * @param end its tokens expire at this time at the latest, seconds since 1970
 * @param secret of the order of its indexes, in hexadecimal
 */
public record StatusList(String id, String realmId, long end, String secret) {}
