package dev.bulwark.apikey.action;

/**
 * A scope to tick; the template language calls its accessors as methods.
 *
 * @param name of the client scope
 * @param description of the client scope, may be empty
 * @param chosen whether it is ticked
 */
public record ScopeChoice(String name, String description, boolean chosen) {}
