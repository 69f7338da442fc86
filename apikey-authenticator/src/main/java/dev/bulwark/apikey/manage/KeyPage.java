package dev.bulwark.apikey.manage;

import java.util.List;

/**
 * A part of a list of keys.
 *
 * @param keys in the order of the list
 * @param total how many keys the whole list has
 */
public record KeyPage(List<ListedKey> keys, long total) {}
