package dev.bulwark.apikey.action;

/**
 * A scope to tick; the template language calls its accessors as methods.
 *
 * @param name of the client scope
 * @param text for people, in the language of the page; the name where the scope has no text
 * @param chosen whether it is ticked
 */
public record ScopeChoice(String name, String text, boolean chosen) {}
